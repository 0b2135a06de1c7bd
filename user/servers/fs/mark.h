/* SPDX-License-Identifier: MIT */
/* The mark: what the disk says of the volume, that all of it is there
 * ("clean") or that e2fsck has to look at it.
 *
 * It is a bit of the superblock, but does not travel with it: the superblock
 * is used by every change, so its slot would be among the last that leave the
 * cache, long after what it should warn of. So the mark is written by itself,
 * past the cache. Nothing of it is kept: a successor asks the disk. */
#pragma once

#include "cache.h"

/* From now on the mark is that of `disk`, whose file system has blocks of
 * `block_bytes` bytes. */
void mark_start(handle_t disk, uint64_t block_bytes);

/* Before a block goes to the disk: comes back when the disk has, for good,
 * that the volume is not clean. EIO: then nothing may go there. */
MUST_USE int mark_clear(void);

/* When all that was changed is on the disk, for good: says so there. */
MUST_USE int mark_set(void);

/* The content of `block` is about to go to the disk: if it has the superblock,
 * that does not say that the volume is clean. */
void mark_hide(uint64_t block, char *content);

/* SPDX-License-Identifier: MIT */
/* Which blocks have the content of a file, and which does not: a tree of
 * pointers.
 *
 *     inode:  0 .. 11        12            13              14
 *             |              |             |               |
 *             blocks         pointers      pointers        pointers
 *                            | | |         | | |           | | |
 *                            blocks        pointers...     (three levels)
 *
 * A pointer that is 0 is a hole: zeros that take no room. Block `index` of a
 * file has its bytes from index * block_bytes on. */
#pragma once

#include "inode.h"

/* Block `index` of the file: its block on the disk, 0 for a hole, and how many
 * there are from there on that are neighbours on the disk too, at most
 * `limit` of which are of interest. EIO, EFBIG. */
MUST_USE int map_find(const struct inode *inode, uint64_t index, uint32_t limit,
                      uint32_t *block, uint32_t *run);

/* The same, and a hole gets a block: then *is_new, and the caller makes it
 * fresh (cache.h). The inode is to be written. ENOSPC: nothing was done. */
MUST_USE int map_make(struct inode *inode, uint64_t index, uint32_t *block,
                      bool *is_new);

/* Frees all blocks from `index` on, with the pointers that lead to no others.
 * The inode is to be written. */
MUST_USE int map_cut(struct inode *inode, uint64_t index);

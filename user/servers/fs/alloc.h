/* SPDX-License-Identifier: MIT */
/* Which blocks and inodes are taken: the bitmaps and the counts of free ones.
 *
 * A transaction allocates before it frees: what it has freed must still be as
 * it was if it is rolled back. */
#pragma once

#include "volume.h"

/* Takes a block: `goal`, or one behind it in its group, or any. ENOSPC. */
MUST_USE int block_alloc(uint64_t goal, uint32_t *block);

/* Gives a block back. EIO if it is none of a file, or is free already. */
MUST_USE int block_free(uint64_t block);

/* Takes an inode, of the group of inode `near` if there is one. ENOSPC. */
MUST_USE int inode_alloc(uint32_t near, bool is_directory, uint32_t *inode);
MUST_USE int inode_free(uint32_t inode, bool is_directory);

/* How many blocks are free. */
MUST_USE int blocks_left(uint32_t *count);

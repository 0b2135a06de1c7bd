/* SPDX-License-Identifier: MIT */
/* The way through the tree of pointers (map.h) to one block of a file. */
#pragma once

#include "map.h"

/* at[0] is which pointer of the inode to follow, and at[i] which of the i-th
 * block of pointers; `levels` is how many of those there are. */
struct map_path {
    unsigned levels;
    uint32_t at[1 + EXT2_LEVELS];
};

/* EFBIG if no way leads there. */
MUST_USE int map_path(uint64_t index, struct map_path *path);

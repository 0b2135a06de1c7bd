/* SPDX-License-Identifier: MIT */
/* Walking the tree of pointers, to read. How it changes is in map_edit.c. */
#include "map_path.h"

#include <errno.h>

int
map_path(uint64_t index, struct map_path *path)
{
    uint64_t pointers = volume.block_bytes / sizeof(uint32_t), span = 1;

    if (index < EXT2_DIRECT) {
        *path = (struct map_path){0, {(uint32_t)index}};
        return 0;
    }
    index -= EXT2_DIRECT;
    for (unsigned level = 1; level <= EXT2_LEVELS; level++) {
        span *= pointers;
        if (index < span) {
            path->levels = level;
            path->at[0] = EXT2_DIRECT + level - 1;
            for (unsigned i = 1; i <= level; i++) {
                span /= pointers;
                path->at[i] = (uint32_t)(index / span % pointers);
            }
            return 0;
        }
        index -= span;
    }
    return EFBIG;
}

/* How many of `left` pointers, the first of which is not 0, are to
 * neighbours. */
static uint32_t
run_length(const uint32_t *pointers, size_t left)
{
    uint32_t run = 1;

    while (run < left && pointers[run] == pointers[0] + run)
        run++;
    return run;
}

int
map_find(const struct inode *inode, uint64_t index, uint32_t limit,
         uint32_t *block, uint32_t *run)
{
    const uint32_t *pointers = inode->disk.pointers;
    size_t left = EXT2_DIRECT;
    struct map_path path;
    int error = map_path(index, &path);

    for (unsigned level = 0; error == 0; level++) {
        *block = pointers[path.at[level]];
        *run = 1;
        if (*block == 0)
            return 0;
        error = block_check(*block);
        if (level == path.levels) {
            left -= path.at[level];
            *run = run_length(&pointers[path.at[level]],
                              left < limit ? left : limit);
            if (error == 0 && *run > volume.blocks - *block)
                error = EIO;
            break;
        }
        if (error == 0)
            error = cache_read(*block, (char **)&pointers);
        left = volume.block_bytes / sizeof(uint32_t);
    }
    return error;
}

/* SPDX-License-Identifier: MIT */
/* How the tree of pointers grows and is cut back. */
#include "alloc.h"
#include "map_path.h"

#include <errno.h>

/* ---------------------------------------------------------------- growing */

/* Where a pointer is: in the inode if `block` is 0. */
struct pointer_place {
    uint32_t block;
    uint32_t at;
};

/* Follows `path` as far as there are blocks. `*level` is that of the first
 * pointer that is 0, which is at `*place`; levels + 1 if there is none, and
 * `*block` is the block then. */
static int
path_follow(const struct inode *inode, const struct map_path *path,
            unsigned *level, struct pointer_place *place, uint32_t *block)
{
    const uint32_t *pointers = inode->disk.pointers;
    uint32_t inside = 0;

    for (*level = 0; *level <= path->levels; ++*level) {
        int error;

        *place = (struct pointer_place){inside, path->at[*level]};
        *block = pointers[path->at[*level]];
        if (*block == 0)
            return 0;
        error = block_check(*block);
        if (error == 0 && *level < path->levels)
            error = cache_read(*block, (char **)&pointers);
        if (error != 0)
            return error;
        inside = *block;
    }
    return 0;
}

/* Sets the pointer at `place`. */
static int
pointer_set(struct inode *inode, struct pointer_place place, uint32_t value)
{
    char *at;
    int error;

    if (place.block == 0) {
        inode->disk.pointers[place.at] = value;
        return 0;
    }
    error =
        cache_edit(place.block, place.at * sizeof(value), sizeof(value), &at);
    if (error == 0)
        *(uint32_t *)(void *)at = value;
    return error;
}

/* A block for the file at `index`: next to the one before it if it can be. */
static int
file_block_alloc(struct inode *inode, uint64_t index, uint32_t *block)
{
    uint32_t before = 0, run;
    uint64_t group = (inode->number - 1) / volume.inodes_per_group;
    int error = 0;

    if (index > 0)
        error = map_find(inode, index - 1, 1, &before, &run);
    if (error == 0)
        error = block_alloc(before ? before + 1
                                   : volume.first_block +
                                         group * volume.blocks_per_group,
                            block);
    if (error == 0)
        inode->disk.sectors += (uint32_t)(volume.block_bytes / 512);
    return error;
}

int
map_make(struct inode *inode, uint64_t index, uint32_t *block, bool *is_new)
{
    struct map_path path;
    struct pointer_place place;
    unsigned level;
    uint32_t left;
    int error = map_path(index, &path);

    if (error == 0)
        error = path_follow(inode, &path, &level, &place, block);
    if (error == 0)
        error = blocks_left(&left);
    if (error != 0)
        return error;
    *is_new = level <= path.levels;
    if (*is_new && left < path.levels - level + 1)
        return ENOSPC;

    for (; level <= path.levels && error == 0; level++) {
        char *content;

        error = file_block_alloc(inode, index, block);
        if (error == 0)
            error = pointer_set(inode, place, *block);
        if (error == 0 && level < path.levels)
            error = cache_fresh(*block, CACHE_META, true, &content);
        if (level < path.levels)
            place = (struct pointer_place){*block, path.at[level + 1]};
    }
    return error;
}

/* ---------------------------------------------------------------- cutting */

static int
file_block_free(struct inode *inode, uint32_t block)
{
    inode->disk.sectors -= (uint32_t)(volume.block_bytes / 512);
    return block_free(block);
}

/* How many blocks of a file a pointer leads to, with `levels` below it. */
static uint64_t
span_of(unsigned levels)
{
    uint64_t span = 1;

    while (levels-- > 0)
        span *= volume.block_bytes / sizeof(uint32_t);
    return span;
}

static int branch_cut(struct inode *inode, uint32_t block, unsigned levels,
                      uint64_t from);

/* Cuts what is behind the pointer number `at` in the block of pointers
 * `block`, from its block `from` on. The pointer itself is cleared unless the
 * whole `block` goes: then what it held must not be touched. */
static int
pointer_cut(struct inode *inode, uint32_t block, uint32_t at, unsigned levels,
            uint64_t from, bool is_whole)
{
    const uint32_t *pointers;
    uint32_t child;
    int error = cache_read(block, (char **)&pointers);

    if (error != 0 || pointers[at] == 0)
        return error;
    child = pointers[at];
    error = branch_cut(inode, child, levels, from);
    if (error == 0 && from == 0 && !is_whole)
        error = pointer_set(inode, (struct pointer_place){block, at}, 0);
    return error;
}

/* Frees what `block` leads to, with `levels` of pointers, from its block
 * `from` on; if that is 0 the block itself too. */
static int
branch_cut(struct inode *inode, uint32_t block, unsigned levels, uint64_t from)
{
    uint32_t pointers = (uint32_t)(volume.block_bytes / sizeof(uint32_t));
    int error = block_check(block);

    if (levels > 0) {
        uint64_t span = span_of(levels - 1);

        for (uint32_t at = (uint32_t)(from / span); at < pointers && error == 0;
             at++) {
            uint64_t start = at * span;

            error = pointer_cut(inode, block, at, levels - 1,
                                from > start ? from - start : 0, from == 0);
        }
    }
    if (error == 0 && from == 0)
        error = file_block_free(inode, block);
    return error;
}

int
map_cut(struct inode *inode, uint64_t index)
{
    uint64_t start = 0;
    int error = 0;

    for (unsigned i = 0; i < EXT2_POINTERS && error == 0; i++) {
        unsigned levels = i < EXT2_DIRECT ? 0 : i - EXT2_DIRECT + 1;
        uint64_t span = span_of(levels), from = 0;

        if (index > start)
            from = index - start;
        if (from < span && inode->disk.pointers[i] != 0) {
            error = branch_cut(inode, inode->disk.pointers[i], levels, from);
            if (from == 0)
                inode->disk.pointers[i] = 0;
        }
        start += span;
    }
    return error;
}

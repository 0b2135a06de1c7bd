/* SPDX-License-Identifier: MIT */
#include "alloc.h"

#include <errno.h>
#include <string.h>

/* A bit of a bitmap: 1 is taken. */
static bool
bit_get(const char *map, uint32_t bit)
{
    return (uint8_t)map[bit / 8] >> bit % 8 & 1;
}

/* The first bit that is 0 among those from `from` to `end`, or `end`. */
static uint32_t
bit_find(const char *map, uint32_t from, uint32_t end)
{
    for (uint32_t bit = from; bit < end; bit++) {
        while (bit % 64 == 0 && bit + 64 <= end) {
            uint64_t word;

            memcpy(&word, map + bit / 8, sizeof(word));
            if (word != UINT64_MAX)
                break;
            bit += 64;
        }
        if (bit < end && !bit_get(map, bit))
            return bit;
    }
    return end;
}

/* Sets `bit` of the bitmap in `block` to `value`. EIO if it has it already. */
static int
bit_set(uint64_t block, uint32_t bit, bool value)
{
    char *byte;
    int error = cache_edit(block, bit / 8, 1, &byte);

    if (error != 0)
        return error;
    if (bit_get(byte, bit % 8) == value)
        return EIO;
    *byte = (char)(*byte ^ 1 << bit % 8);
    return 0;
}

/* Takes the first free of the `end` bits of the bitmap in `block`, from `from`
 * on and then from the start. `end` itself: there is none. */
static int
bit_take(uint64_t block, uint32_t from, uint32_t end, uint32_t *bit)
{
    char *map;
    int error = cache_read(block, &map);

    if (error != 0)
        return error;
    *bit = bit_find(map, from, end);
    if (*bit == end && from > 0) {
        *bit = bit_find(map, 0, from);
        if (*bit == from)
            *bit = end;
    }
    return *bit == end ? 0 : bit_set(block, *bit, true);
}

/* ----------------------------------------------------------------- blocks */

int
blocks_left(uint32_t *count)
{
    struct ext2_super *super;
    int error = super_read(&super);

    if (error == 0)
        *count = super->free_blocks;
    return error;
}

/* Adds `change`, 1 or -1, to the counts of free blocks. */
static int
free_blocks_add(uint32_t group, int change)
{
    struct ext2_super *super;
    struct ext2_group *descriptor;
    int error = super_edit(&super);

    if (error == 0)
        error = group_edit(group, &descriptor);
    if (error == 0) {
        super->free_blocks += (uint32_t)change;
        descriptor->free_blocks = (uint16_t)(descriptor->free_blocks + change);
    }
    return error;
}

/* Takes a block of `group`, from its bit `from` on if it can be; *block is 0
 * if there is none. */
static int
group_block_take(uint32_t group, uint32_t from, uint32_t *block)
{
    uint32_t bit, end = group_blocks(group);
    struct ext2_group *descriptor;
    int error = group_read(group, &descriptor);

    *block = 0;
    if (error != 0 || descriptor->free_blocks == 0)
        return error;
    error = bit_take(descriptor->block_bitmap, from, end, &bit);
    if (error != 0 || bit == end)
        return error;
    *block = volume.first_block + group * volume.blocks_per_group + bit;
    error = block_check(*block); /* the bitmap may be wrong */
    return error == 0 ? free_blocks_add(group, -1) : error;
}

int
block_alloc(uint64_t goal, uint32_t *block)
{
    uint64_t place;
    uint32_t first;

    if (goal <= volume.first_block || goal >= volume.blocks)
        goal = volume.first_block;
    place = goal - volume.first_block;
    first = (uint32_t)(place / volume.blocks_per_group);
    for (uint32_t i = 0; i < volume.groups; i++) {
        uint32_t from = (uint32_t)(place % volume.blocks_per_group);
        int error = group_block_take((first + i) % volume.groups,
                                     i == 0 ? from : 0, block);

        if (error != 0 || *block != 0)
            return error;
    }
    return ENOSPC;
}

int
block_free(uint64_t block)
{
    struct ext2_group *descriptor;
    uint32_t group, bit;
    int error = block_check(block);

    if (error != 0)
        return error;
    group = (uint32_t)(block - volume.first_block) / volume.blocks_per_group;
    bit = (uint32_t)(block - volume.first_block) % volume.blocks_per_group;
    error = group_read(group, &descriptor);
    if (error == 0)
        error = bit_set(descriptor->block_bitmap, bit, false);
    return error == 0 ? free_blocks_add(group, 1) : error;
}

/* ----------------------------------------------------------------- inodes */

/* Adds `change` to the counts of free inodes, and takes it from that of
 * directories if it is one. */
static int
free_inodes_add(uint32_t group, int change, bool is_directory)
{
    struct ext2_super *super;
    struct ext2_group *descriptor;
    int error = super_edit(&super);

    if (error == 0)
        error = group_edit(group, &descriptor);
    if (error == 0) {
        super->free_inodes += (uint32_t)change;
        descriptor->free_inodes = (uint16_t)(descriptor->free_inodes + change);
        if (is_directory)
            descriptor->directories =
                (uint16_t)(descriptor->directories - change);
    }
    return error;
}

/* Takes an inode of `group`; *inode is 0 if there is none. */
static int
group_inode_take(uint32_t group, bool is_directory, uint32_t *inode)
{
    uint32_t bit, end = volume.inodes_per_group;
    struct ext2_group *descriptor;
    int error = group_read(group, &descriptor);

    *inode = 0;
    if (error != 0 || descriptor->free_inodes == 0)
        return error;
    error = bit_take(descriptor->inode_bitmap, 0, end, &bit);
    if (error != 0 || bit == end)
        return error;
    *inode = group * volume.inodes_per_group + bit + 1;
    if (*inode < volume.first_inode)
        return EIO; /* those are never free */
    return free_inodes_add(group, -1, is_directory);
}

int
inode_alloc(uint32_t near, bool is_directory, uint32_t *inode)
{
    uint32_t first = (near - 1) / volume.inodes_per_group;

    for (uint32_t i = 0; i < volume.groups; i++) {
        int error =
            group_inode_take((first + i) % volume.groups, is_directory, inode);

        if (error != 0 || *inode != 0)
            return error;
    }
    return ENOSPC;
}

int
inode_free(uint32_t inode, bool is_directory)
{
    uint32_t group = (inode - 1) / volume.inodes_per_group;
    uint32_t bit = (inode - 1) % volume.inodes_per_group;
    struct ext2_group *descriptor;
    int error = group_read(group, &descriptor);

    if (error == 0)
        error = bit_set(descriptor->inode_bitmap, bit, false);
    return error == 0 ? free_inodes_add(group, 1, is_directory) : error;
}

/* SPDX-License-Identifier: MIT */
/* The volume: one ext2 file system, as its superblock and its group
 * descriptors describe it. */
#pragma once

#include "cache.h"
#include "ext2.h"

/* What does not change while it is served. */
struct volume {
    uint64_t block_bytes;
    uint32_t blocks;
    uint32_t first_block; /* of group 0 */
    uint32_t blocks_per_group;
    uint32_t inodes;
    uint32_t inodes_per_group;
    uint32_t first_inode;
    uint32_t inode_bytes;
    uint32_t table_blocks; /* of the inode table of a group */
    uint32_t groups;
    uint64_t size_max; /* of a file */
    bool is_read_only;
    bool was_clean; /* at first: or it is not to become so by what we write */
    bool has_types; /* in the records of directories */
};

extern struct volume volume;

/* Tells the store what it has to know of the file system on `disk`. Returns
 * NULL, or why it cannot be served: the words behind "the disk ...". */
MUST_USE const char *volume_probe(handle_t disk, struct store *store);

/* Reads the volume through the cache, which is there now, and checks all that
 * the others rely on. `groups_max` is for how many groups there is room in the
 * undo log. Returns as above; a volume that can be read only is none of the
 * reasons. */
MUST_USE const char *volume_load(handle_t disk, const struct store *store,
                                 uint32_t groups_max);

/* The superblock, to be read or changed. */
MUST_USE int super_read(struct ext2_super **super);
MUST_USE int super_edit(struct ext2_super **super);

/* The descriptor of `group`. */
MUST_USE int group_read(uint32_t group, struct ext2_group **descriptor);
MUST_USE int group_edit(uint32_t group, struct ext2_group **descriptor);

/* How many blocks there are in `group`: the last one may have fewer. */
uint32_t group_blocks(uint32_t group);

/* Whether `block` may belong to a file. Where not, the image is bad: EIO. */
MUST_USE int block_check(uint64_t block);

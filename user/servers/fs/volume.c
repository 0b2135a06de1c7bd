/* SPDX-License-Identifier: MIT */
/* Which disks are served.
 *
 * Everything that the superblock and the descriptors say is checked here, once,
 * so that the rest of the server may divide by it and add it up:
 *
 * F18  1 to 8 * block_bytes blocks and inodes in a group; the number of groups
 *      is that of both; the file system ends where the disk does, or before.
 * F19  Each group's bitmaps and inode table lie inside of it.
 * F20  Nothing in `incompat` that is not known here. Something in `ro_compat`
 *      makes the volume read-only. */
#include "volume.h"

#include "times.h"

#include <proto/block.h>

#include <errno.h>

enum {
    INCOMPAT_KNOWN = EXT2_INCOMPAT_FILETYPE,
    RO_COMPAT_KNOWN = EXT2_RO_COMPAT_SPARSE_SUPER | EXT2_RO_COMPAT_LARGE_FILE,
    LOG_BLOCK_BYTES_MAX = 2, /* blocks of 4 KiB */
};

struct volume volume;

const char *
volume_probe(handle_t disk, struct store *store)
{
    static union {
        char bytes[EXT2_SUPER_BYTES];
        struct ext2_super super;
    } raw;

    if (block_read(disk, EXT2_SUPER_OFFSET / SECTOR_BYTES, raw.bytes,
                   EXT2_SUPER_BYTES / SECTOR_BYTES) != 0)
        return "cannot be read";
    if (raw.super.magic != EXT2_MAGIC)
        return "has no ext2 file system";
    if (raw.super.log_block_bytes > LOG_BLOCK_BYTES_MAX)
        return "has blocks of over 4 KiB";
    store->block_bytes = UINT64_C(1024) << raw.super.log_block_bytes;
    store->state = raw.super.state;
    return NULL;
}

/* -------------------------------------------------- where the tables are */

/* The superblock is in the block of byte 1024; the descriptors follow in the
 * next. */
static uint64_t
super_block(void)
{
    return EXT2_SUPER_OFFSET / volume.block_bytes;
}

int
super_read(struct ext2_super **super)
{
    char *content;
    int error = cache_read(super_block(), &content);

    if (error == 0)
        *super = (void *)(content + EXT2_SUPER_OFFSET % volume.block_bytes);
    return error;
}

int
super_edit(struct ext2_super **super)
{
    char *at;
    int error =
        cache_edit(super_block(), EXT2_SUPER_OFFSET % volume.block_bytes,
                   sizeof(struct ext2_super), &at);

    if (error == 0) {
        *super = (void *)at;
        (*super)->write_time = time_now();
    }
    return error;
}

/* The block that has the descriptor of `group`, and where in it. */
static uint64_t
descriptor_block(uint32_t group, size_t *offset)
{
    uint64_t byte = group * sizeof(struct ext2_group);

    *offset = byte % volume.block_bytes;
    return volume.first_block + 1 + byte / volume.block_bytes;
}

int
group_read(uint32_t group, struct ext2_group **descriptor)
{
    size_t offset;
    char *content;
    int error = cache_read(descriptor_block(group, &offset), &content);

    if (error == 0)
        *descriptor = (void *)(content + offset);
    return error;
}

int
group_edit(uint32_t group, struct ext2_group **descriptor)
{
    size_t offset;
    uint64_t block = descriptor_block(group, &offset);
    char *at;
    int error = cache_edit(block, offset, sizeof(struct ext2_group), &at);

    if (error == 0)
        *descriptor = (void *)at;
    return error;
}

uint32_t
group_blocks(uint32_t group)
{
    uint32_t left =
        volume.blocks - volume.first_block - group * volume.blocks_per_group;

    return left < volume.blocks_per_group ? left : volume.blocks_per_group;
}

int
block_check(uint64_t block)
{
    struct ext2_group *descriptor;
    size_t offset;
    int error;

    if (block <= descriptor_block(volume.groups - 1, &offset) ||
        block >= volume.blocks)
        return EIO;
    error = group_read((uint32_t)(block - volume.first_block) /
                           volume.blocks_per_group,
                       &descriptor);
    if (error != 0)
        return error;
    if (block == descriptor->block_bitmap ||
        block == descriptor->inode_bitmap ||
        (block >= descriptor->inode_table &&
         block - descriptor->inode_table < volume.table_blocks))
        return EIO;
    return 0;
}

/* ------------------------------------------------------------- the checks */

/* Whether `count` blocks from `first` on lie inside `group` (F19). */
static bool
group_has(uint32_t group, uint32_t first, uint32_t count)
{
    uint64_t start =
        volume.first_block + (uint64_t)group * volume.blocks_per_group;
    uint64_t end = start + group_blocks(group);

    return first >= start && first > volume.first_block && first < end &&
           count <= end - first;
}

static const char *
groups_check(void)
{
    for (uint32_t group = 0; group < volume.groups; group++) {
        struct ext2_group *descriptor;

        if (group_read(group, &descriptor) != 0)
            return "cannot be read";
        if (!group_has(group, descriptor->block_bitmap, 1) ||
            !group_has(group, descriptor->inode_bitmap, 1) ||
            !group_has(group, descriptor->inode_table, volume.table_blocks))
            return "has tables in wrong places";
    }
    return NULL;
}

/* Computes the volume from its superblock (F18). */
static const char *
volume_read(const struct ext2_super *s, uint64_t disk_bytes)
{
    uint64_t per_bitmap = 8 * volume.block_bytes;
    bool has_more = s->revision >= 1;
    uint64_t pointers = volume.block_bytes / sizeof(uint32_t), span;

    volume.blocks = s->blocks;
    volume.first_block = s->first_data_block;
    volume.blocks_per_group = s->blocks_per_group;
    volume.inodes = s->inodes;
    volume.inodes_per_group = s->inodes_per_group;
    volume.first_inode = has_more ? s->first_inode : EXT2_FIRST_INODE;
    volume.inode_bytes = has_more ? s->inode_bytes : EXT2_INODE_BYTES;
    volume.has_types = has_more && s->incompat & EXT2_INCOMPAT_FILETYPE;

    if (volume.first_block != (volume.block_bytes == 1024) ||
        volume.blocks_per_group == 0 || volume.blocks_per_group > per_bitmap ||
        volume.inodes_per_group == 0 || volume.inodes_per_group > per_bitmap ||
        volume.blocks <= volume.first_block + 1 ||
        volume.first_inode < EXT2_FIRST_INODE ||
        volume.first_inode > volume.inodes ||
        (volume.inode_bytes != EXT2_INODE_BYTES &&
         volume.inode_bytes != 2 * EXT2_INODE_BYTES))
        return "has a damaged superblock";
    volume.groups =
        (volume.blocks - volume.first_block - 1) / volume.blocks_per_group + 1;
    if ((uint64_t)volume.groups * volume.inodes_per_group != volume.inodes)
        return "has a damaged superblock";
    if (volume.blocks * volume.block_bytes > disk_bytes)
        return "is smaller than its file system";
    span = volume.inodes_per_group * (uint64_t)volume.inode_bytes;
    volume.table_blocks =
        (uint32_t)((span + volume.block_bytes - 1) / volume.block_bytes);

    /* An inode counts its sectors in 32 bits. */
    span = EXT2_DIRECT + pointers * (1 + pointers * (1 + pointers));
    volume.size_max = span * volume.block_bytes;
    if (volume.size_max > UINT64_C(1) << 40)
        volume.size_max = UINT64_C(1) << 40;
    if (!has_more)
        volume.size_max = INT32_MAX;
    return NULL;
}

const char *
volume_load(handle_t disk, const struct store *store, uint32_t groups_max)
{
    struct ext2_super *super;
    const char *problem;
    uint64_t sectors;

    volume.block_bytes = store->block_bytes;
    volume.was_clean = (store->state & EXT2_STATE_CLEAN) != 0;
    if (block_info(disk, &sectors, &volume.is_read_only) != 0)
        return "does not answer";
    if (super_read(&super) != 0)
        return "cannot be read";
    if (super->magic != EXT2_MAGIC || super->revision > 1)
        return "has an unknown revision of ext2";
    if (super->revision == 1 && super->incompat & ~INCOMPAT_KNOWN)
        return "needs features that are not known";
    if (super->revision == 1 && super->ro_compat & ~RO_COMPAT_KNOWN)
        volume.is_read_only = true;
    problem = volume_read(super, sectors * SECTOR_BYTES);
    if (!problem && volume.groups > groups_max)
        volume.is_read_only = true; /* a transaction might be too large */
    return problem ? problem : groups_check();
}

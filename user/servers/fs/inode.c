/* SPDX-License-Identifier: MIT */
#include "inode.h"

#include "words.h"

#include <errno.h>

/* The block that has inode `number`, and where in it. */
static int
inode_place(uint64_t number, uint64_t *block, size_t *offset)
{
    struct ext2_group *descriptor;
    uint64_t index = number - 1, byte;
    int error;

    if (number == 0 || number > volume.inodes)
        return EIO;
    error =
        group_read((uint32_t)(index / volume.inodes_per_group), &descriptor);
    if (error != 0)
        return error;
    byte = index % volume.inodes_per_group * volume.inode_bytes;
    *block = descriptor->inode_table + byte / volume.block_bytes;
    *offset = byte % volume.block_bytes;
    return 0;
}

int
inode_read(uint64_t number, struct inode *inode)
{
    uint64_t block;
    size_t offset;
    char *content;
    int error = inode_place(number, &block, &offset);

    if (error == 0)
        error = cache_read(block, &content);
    if (error != 0)
        return error;
    inode->number = (uint32_t)number;
    words_copy(&inode->disk, content + offset, sizeof(inode->disk));
    return inode->disk.mode == 0 ? EIO : 0;
}

int
inode_write(const struct inode *inode)
{
    uint64_t block;
    size_t offset;
    char *at;
    int error = inode_place(inode->number, &block, &offset);

    if (error == 0)
        error = cache_edit(block, offset, sizeof(inode->disk), &at);
    if (error == 0)
        words_copy(at, &inode->disk, sizeof(inode->disk));
    return error;
}

int
inode_clear(uint64_t number)
{
    uint64_t block;
    size_t offset;
    char *at;
    int error = inode_place(number, &block, &offset);

    if (error == 0)
        error = cache_edit(block, offset, volume.inode_bytes, &at);
    if (error == 0)
        words_clear(at, volume.inode_bytes);
    return error;
}

uint64_t
inode_size(const struct inode *inode)
{
    uint64_t high = inode_is(inode, S_IFREG) ? inode->disk.size_high : 0;

    return high << 32 | inode->disk.size_low;
}

/* Says that sizes on this volume have 64 bits. */
static int
large_files_declare(void)
{
    struct ext2_super *super;
    int error = super_read(&super);

    if (error != 0 || super->ro_compat & EXT2_RO_COMPAT_LARGE_FILE)
        return error;
    error = super_edit(&super);
    if (error == 0)
        super->ro_compat |= EXT2_RO_COMPAT_LARGE_FILE;
    return error;
}

int
inode_size_set(struct inode *inode, uint64_t size)
{
    if (size > volume.size_max)
        return EFBIG;
    inode->disk.size_low = (uint32_t)size;
    if (!inode_is(inode, S_IFREG))
        return size >> 32 ? EFBIG : 0;
    inode->disk.size_high = (uint32_t)(size >> 32);
    return size > INT32_MAX ? large_files_declare() : 0;
}

bool
inode_has_blocks(const struct inode *inode)
{
    if (inode_is(inode, S_IFLNK))
        return inode->disk.size_low >= sizeof(inode->disk.pointers);
    return inode_is(inode, S_IFREG) || inode_is(inode, S_IFDIR);
}

/* SPDX-License-Identifier: MIT */
#include "life.h"

#include "alloc.h"
#include "map.h"
#include "times.h"

#include <errno.h>
#include <string.h>

int
inode_begin(const struct inode *parent, uint32_t mode, struct inode *inode)
{
    int error = inode_alloc(parent->number, S_ISDIR(mode), &inode->number);

    if (error != 0)
        return error;
    memset(&inode->disk, 0, sizeof(inode->disk));
    inode->disk.mode = (uint16_t)mode;
    inode->disk.access_time = time_now();
    inode->disk.change_time = inode->disk.access_time;
    inode->disk.content_time = inode->disk.access_time;
    return inode_clear(inode->number);
}

/* One inode less has the block of extended attributes. */
static int
attributes_drop(uint32_t block)
{
    struct ext2_attributes *head;
    char *at;
    int error = block_check(block);

    if (error == 0)
        error = cache_edit(block, 0, sizeof(*head), &at);
    if (error != 0)
        return error;
    head = (void *)at;
    if (head->magic != EXT2_ATTRIBUTES_MAGIC || head->inodes == 0)
        return EIO;
    head->inodes--;
    return head->inodes == 0 ? block_free(block) : 0;
}

/* Frees the inode and all that it has. */
static int
inode_end(struct inode *inode)
{
    bool is_directory = inode_is(inode, S_IFDIR);
    int error = 0;

    if (inode_has_blocks(inode))
        error = map_cut(inode, 0);
    if (error == 0 && inode->disk.attributes != 0)
        error = attributes_drop(inode->disk.attributes);
    if (error != 0)
        return error;
    memset(&inode->disk, 0, sizeof(inode->disk));
    inode->disk.delete_time = time_now();
    error = inode_write(inode);
    return error == 0 ? inode_free(inode->number, is_directory) : error;
}

int
inode_unlink(struct inode *inode, bool is_open)
{
    struct ext2_super *super;
    int error;

    inode->disk.change_time = time_now();
    if (inode_is(inode, S_IFDIR) || inode->disk.links <= 1)
        inode->disk.links = 0;
    else
        inode->disk.links--;
    if (inode->disk.links > 0)
        return inode_write(inode);
    if (!is_open)
        return inode_end(inode);

    error = super_edit(&super);
    if (error == 0) {
        inode->disk.delete_time = super->last_orphan;
        super->last_orphan = inode->number;
        error = inode_write(inode);
    }
    return error;
}

int
orphan_first(uint32_t *number)
{
    struct ext2_super *super;
    int error = super_read(&super);

    if (error == 0)
        *number = super->last_orphan;
    return error;
}

int
orphan_end(struct inode *inode)
{
    uint32_t next = inode->disk.delete_time;
    struct inode at = {0};
    int error = orphan_first(&at.number);

    if (error == 0 && at.number == inode->number) {
        struct ext2_super *super;

        error = super_edit(&super);
        if (error == 0)
            super->last_orphan = next;
        return error == 0 ? inode_end(inode) : error;
    }
    /* Not the first: whoever leads to it leads to its next one then. */
    for (uint32_t steps = 0; error == 0; steps++) {
        error = steps < volume.inodes ? inode_read(at.number, &at) : EIO;
        if (error == 0 && at.disk.delete_time == inode->number) {
            at.disk.delete_time = next;
            error = inode_write(&at);
            return error == 0 ? inode_end(inode) : error;
        }
        at.number = at.disk.delete_time;
    }
    return error;
}

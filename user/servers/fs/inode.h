/* SPDX-License-Identifier: MIT */
/* Inodes: files without their names.
 *
 * A struct inode is a copy. Who changes it writes it back, in the same
 * transaction. */
#pragma once

#include "volume.h"

#include <stdalign.h>
#include <sys/stat.h>

struct inode {
    uint32_t number;
    alignas(8) struct ext2_inode disk;
};

/* Reads inode `number`. EIO if there can be no such inode, or it is free. */
MUST_USE int inode_read(uint64_t number, struct inode *inode);
MUST_USE int inode_write(const struct inode *inode);

/* Makes all of inode `number` zero, what is behind our part of it too. */
MUST_USE int inode_clear(uint64_t number);

uint64_t inode_size(const struct inode *inode);

/* EFBIG if it is too large for the volume. */
MUST_USE int inode_size_set(struct inode *inode, uint64_t size);

static inline bool
inode_is(const struct inode *inode, uint32_t kind)
{
    return (inode->disk.mode & S_IFMT) == kind;
}

/* Whether its pointers point to blocks: those of a short symbolic link are its
 * text, and those of a device are its numbers. */
bool inode_has_blocks(const struct inode *inode);

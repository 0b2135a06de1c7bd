/* SPDX-License-Identifier: MIT */
/* Directories: names of inodes.
 *
 * Names are compared byte by byte; they are 1 to EXT2_NAME_MAX bytes long and
 * have no slash and no zero. All records are checked before they are believed:
 * EIO if one of them is impossible. */
#pragma once

#include "inode.h"

/* Where a name was found. */
struct entry {
    uint32_t inode;
    uint8_t type;    /* enum ext2_type */
    uint32_t block;  /* that has its record ... */
    uint32_t offset; /* ... here in it ... */
    uint32_t before; /* ... behind this one; equal: it is the first */
};

/* Finds `name`. ENOENT. */
MUST_USE int directory_find(const struct inode *directory, const char *name,
                            size_t length, struct entry *entry);

/* What comes first at `*position` or behind it, "." and ".." left out, and the
 * position behind that. `*record` is NULL at the end. */
MUST_USE int directory_next(const struct inode *directory, uint64_t *position,
                            const struct ext2_record **record);

/* Whether there is nothing in it but "." and "..". */
MUST_USE int directory_is_empty(const struct inode *directory, bool *is_empty);

/* The checked record at `offset` of a directory's block, NULL if it is
 * impossible. */
const struct ext2_record *record_at(const char *content, size_t offset);

/* Block `index` of the directory; `*block` may be NULL. */
MUST_USE int directory_block(const struct inode *directory, uint64_t index,
                             uint32_t *block, char **content);

/* The bytes that a record with a name of `length` bytes needs. */
static inline uint16_t
record_bytes(size_t length)
{
    return (uint16_t)((EXT2_RECORD_BYTES + length + 3) & ~(size_t)3);
}

/* The type in a record that names `inode`. */
uint8_t record_type(const struct inode *inode);

/* Adds `name` for `inode`, whose record has `type`. The name is not there yet.
 * The directory is written back if it grows. ENOSPC: nothing was done. */
MUST_USE int directory_add(struct inode *directory, const char *name,
                           size_t length, uint32_t inode, uint8_t type);

/* Has the name at `entry` name `inode` instead. */
MUST_USE int directory_set(const struct entry *entry, uint32_t inode,
                           uint8_t type);

/* Removes the name at `entry`. */
MUST_USE int directory_remove(const struct entry *entry);

/* Gives the new directory its first block, with "." and "..". The inode is to
 * be written. */
MUST_USE int directory_begin(struct inode *directory, uint32_t parent);

/* Says that the directory was changed: its times, and that its index, if it
 * has one, is void. */
MUST_USE int directory_touch(struct inode *directory);

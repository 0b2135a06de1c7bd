/* SPDX-License-Identifier: MIT */
/* Changing directories.
 *
 * A new name takes the room that a record does not need behind its own name;
 * a name that goes leaves its room to the record before it. */
#include "alloc.h"
#include "directory.h"
#include "map.h"
#include "times.h"

#include <errno.h>
#include <string.h>

uint8_t
record_type(const struct inode *inode)
{
    if (!volume.has_types)
        return EXT2_TYPE_UNKNOWN;
    switch (inode->disk.mode & S_IFMT) {
    case S_IFREG:
        return EXT2_TYPE_FILE;
    case S_IFDIR:
        return EXT2_TYPE_DIRECTORY;
    case S_IFCHR:
        return EXT2_TYPE_CHARACTERS;
    case S_IFBLK:
        return EXT2_TYPE_BLOCKS;
    case S_IFIFO:
        return EXT2_TYPE_PIPE;
    case S_IFSOCK:
        return EXT2_TYPE_SOCKET;
    case S_IFLNK:
        return EXT2_TYPE_LINK;
    default:
        return EXT2_TYPE_UNKNOWN;
    }
}

static void
record_write(char *at, uint32_t inode, size_t bytes, const char *name,
             size_t length, uint8_t type)
{
    struct ext2_record *record = (void *)at;

    record->inode = inode;
    record->bytes = (uint16_t)bytes;
    record->name_bytes = (uint8_t)length;
    record->type = type;
    memcpy(record->name, name, length);
}

/* The first record of a block that has `bytes` bytes to spare, or is free and
 * has them: its offset; block_bytes if there is none. */
static int
room_find(const char *content, size_t bytes, size_t *offset)
{
    *offset = 0;
    while (*offset < volume.block_bytes) {
        const struct ext2_record *record = record_at(content, *offset);
        size_t own;

        if (!record)
            return EIO;
        own = record->inode ? record_bytes(record->name_bytes) : 0;
        if (record->bytes >= own + bytes)
            return 0;
        *offset += record->bytes;
    }
    return 0;
}

/* Puts a record into the room that room_find found. */
static int
room_take(uint32_t block, size_t offset, const char *name, size_t length,
          uint32_t inode, uint8_t type)
{
    struct ext2_record *record;
    size_t own, all;
    char *at;
    int error = cache_edit(block, offset, EXT2_RECORD_BYTES, &at);

    if (error != 0)
        return error;
    record = (void *)at;
    all = record->bytes;
    own = record->inode ? record_bytes(record->name_bytes) : 0;
    error = cache_edit(block, offset + own, record_bytes(length), &at);
    if (error != 0)
        return error;
    if (own > 0)
        record->bytes = (uint16_t)own;
    record_write(at, inode, all - own, name, length, type);
    return 0;
}

/* A further block, which is one free record, at the directory's end. */
static int
directory_grow(struct inode *directory, uint32_t *block, char **content)
{
    uint64_t size = inode_size(directory);
    bool is_new;
    int error = map_make(directory, size / volume.block_bytes, block, &is_new);

    if (error == 0 && !is_new)
        error = EIO; /* something is behind the end */
    if (error == 0)
        error = cache_fresh(*block, CACHE_META, true, content);
    if (error == 0)
        error = inode_size_set(directory, size + volume.block_bytes);
    if (error == 0)
        record_write(*content, 0, volume.block_bytes, "", 0, 0);
    return error;
}

int
directory_add(struct inode *directory, const char *name, size_t length,
              uint32_t inode, uint8_t type)
{
    uint64_t count = inode_size(directory) / volume.block_bytes;
    size_t offset = volume.block_bytes;
    uint32_t block;
    char *content;
    int error = 0;

    for (uint64_t i = 0; i < count && error == 0; i++) {
        error = directory_block(directory, i, &block, &content);
        if (error == 0)
            error = room_find(content, record_bytes(length), &offset);
        if (offset < volume.block_bytes)
            break;
    }
    if (error == 0 && offset == volume.block_bytes) {
        offset = 0;
        error = directory_grow(directory, &block, &content);
    }
    if (error == 0)
        error = room_take(block, offset, name, length, inode, type);
    return error != 0 ? error : directory_touch(directory);
}

int
directory_set(const struct entry *entry, uint32_t inode, uint8_t type)
{
    struct ext2_record *record;
    char *at;
    int error = cache_edit(entry->block, entry->offset, EXT2_RECORD_BYTES, &at);

    if (error == 0) {
        record = (void *)at;
        record->inode = inode;
        record->type = type;
    }
    return error;
}

int
directory_remove(const struct entry *entry)
{
    struct ext2_record *record, *before;
    char *at;
    int error = cache_edit(entry->block, entry->offset, EXT2_RECORD_BYTES, &at);

    if (error != 0)
        return error;
    record = (void *)at;
    record->inode = 0;
    if (entry->before == entry->offset)
        return 0;
    error = cache_edit(entry->block, entry->before, EXT2_RECORD_BYTES, &at);
    if (error != 0)
        return error;
    before = (void *)at;
    before->bytes = (uint16_t)(before->bytes + record->bytes);
    return 0;
}

int
directory_begin(struct inode *directory, uint32_t parent)
{
    uint8_t type = record_type(directory);
    size_t own = record_bytes(1);
    uint32_t block;
    char *content;
    int error = directory_grow(directory, &block, &content);

    if (error == 0) {
        record_write(content, directory->number, own, ".", 1, type);
        record_write(content + own, parent, volume.block_bytes - own, "..", 2,
                     type);
    }
    return error;
}

int
directory_touch(struct inode *directory)
{
    directory->disk.flags &= ~EXT2_FLAG_INDEX;
    directory->disk.content_time = time_now();
    directory->disk.change_time = directory->disk.content_time;
    return inode_write(directory);
}

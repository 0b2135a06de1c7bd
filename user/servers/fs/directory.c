/* SPDX-License-Identifier: MIT */
/* Reading directories. How they change is in directory_edit.c. */
#include "directory.h"

#include "map.h"

#include <errno.h>
#include <string.h>

const struct ext2_record *
record_at(const char *content, size_t offset)
{
    const struct ext2_record *record = (const void *)(content + offset);
    size_t left = volume.block_bytes - offset;

    if (left < EXT2_RECORD_BYTES || record->bytes < EXT2_RECORD_BYTES ||
        record->bytes % 4 != 0 || record->bytes > left)
        return NULL;
    if (record->inode != 0 &&
        (record->inode > volume.inodes || record->name_bytes == 0 ||
         record->bytes < record_bytes(record->name_bytes) ||
         memchr(record->name, '/', record->name_bytes) ||
         memchr(record->name, '\0', record->name_bytes)))
        return NULL;
    return record;
}

int
directory_block(const struct inode *directory, uint64_t index, uint32_t *block,
                char **content)
{
    uint32_t found, run;
    int error = map_find(directory, index, 1, &found, &run);

    if (error == 0 && found == 0)
        error = EIO; /* directories have no holes */
    if (error == 0)
        error = cache_read(found, content);
    if (error == 0 && block)
        *block = found;
    return error;
}

/* How many blocks the directory has. EIO if it ends within one, or has more
 * than there are. */
static int
directory_blocks(const struct inode *directory, uint64_t *count)
{
    uint64_t bytes = inode_size(directory);

    *count = bytes / volume.block_bytes;
    return bytes % volume.block_bytes || *count > volume.blocks ? EIO : 0;
}

/* Looks for `name` in a block. `entry->inode` is 0 if it is not there. */
static int
block_find(const char *content, const char *name, size_t length,
           struct entry *entry)
{
    size_t offset = 0, before = 0;

    entry->inode = 0;
    while (offset < volume.block_bytes) {
        const struct ext2_record *record = record_at(content, offset);

        if (!record)
            return EIO;
        if (record->inode != 0 && record->name_bytes == length &&
            memcmp(record->name, name, length) == 0) {
            entry->inode = record->inode;
            entry->type = volume.has_types ? record->type : EXT2_TYPE_UNKNOWN;
            entry->offset = (uint32_t)offset;
            entry->before = (uint32_t)before;
            return 0;
        }
        before = offset;
        offset += record->bytes;
    }
    return 0;
}

int
directory_find(const struct inode *directory, const char *name, size_t length,
               struct entry *entry)
{
    uint64_t count;
    int error = directory_blocks(directory, &count);

    for (uint64_t i = 0; i < count && error == 0; i++) {
        char *content;

        error = directory_block(directory, i, &entry->block, &content);
        if (error == 0)
            error = block_find(content, name, length, entry);
        if (error == 0 && entry->inode != 0)
            return 0;
    }
    return error != 0 ? error : ENOENT;
}

static bool
is_dots(const struct ext2_record *record)
{
    return record->name[0] == '.' &&
           (record->name_bytes == 1 ||
            (record->name_bytes == 2 && record->name[1] == '.'));
}

int
directory_next(const struct inode *directory, uint64_t *position,
               const struct ext2_record **found)
{
    uint64_t count;
    int error = directory_blocks(directory, &count);

    *found = NULL;
    for (uint64_t i = *position / volume.block_bytes; i < count && error == 0;
         i++) {
        size_t offset = 0;
        char *content;

        error = directory_block(directory, i, NULL, &content);
        /* From the block's first record on: since the position was told,
         * the one there may have become part of another. */
        while (error == 0 && offset < volume.block_bytes) {
            const struct ext2_record *record = record_at(content, offset);
            uint64_t start = i * volume.block_bytes + offset;

            if (!record)
                return EIO;
            if (start >= *position && record->inode != 0 && !is_dots(record)) {
                *position = start + record->bytes;
                *found = record;
                return 0;
            }
            offset += record->bytes;
        }
    }
    return error;
}

int
directory_is_empty(const struct inode *directory, bool *is_empty)
{
    uint64_t position = 0;
    const struct ext2_record *record;
    int error = directory_next(directory, &position, &record);

    *is_empty = error == 0 && !record;
    return error;
}

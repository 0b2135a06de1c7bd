/* SPDX-License-Identifier: MIT */
/* Telling what is in a directory. */
#include "directory.h"
#include "file.h"

#include <lib/syscall.h>
#include <proto/file.h>

#include <stdalign.h>
#include <string.h>

/* What fits into one answer; the client asks again. */
enum { NAMES_BYTES = 4096 };

/* The kind of file that the record says, or its inode where records do not. */
static int
record_kind(const struct ext2_record *record, uint32_t *kind)
{
    static const uint16_t kinds[] = {
        [EXT2_TYPE_FILE] = S_IFREG,       [EXT2_TYPE_DIRECTORY] = S_IFDIR,
        [EXT2_TYPE_CHARACTERS] = S_IFCHR, [EXT2_TYPE_BLOCKS] = S_IFBLK,
        [EXT2_TYPE_PIPE] = S_IFIFO,       [EXT2_TYPE_SOCKET] = S_IFSOCK,
        [EXT2_TYPE_LINK] = S_IFLNK,
    };
    struct inode inode;
    int error;

    if (volume.has_types && record->type <= EXT2_TYPE_LINK &&
        kinds[record->type] != 0) {
        *kind = kinds[record->type];
        return 0;
    }
    error = inode_read(record->inode, &inode);
    if (error == 0)
        *kind = inode.disk.mode & S_IFMT;
    return error;
}

/* Writes an entry for `record` to `at`, where there is room for `room` bytes.
 * `*bytes` is what it takes, 0 if it does not fit. */
static int
entry_write(char *at, size_t room, const struct ext2_record *record,
            size_t *bytes)
{
    size_t length = record->name_bytes;
    size_t needed = (sizeof(struct file_entry) + length + 8) & ~(size_t)7;
    struct file_entry *entry = (void *)at;
    uint32_t kind;
    int error;

    *bytes = 0;
    if (needed > room)
        return 0;
    memset(at, 0, needed);
    entry->serial = record->inode;
    entry->bytes = (uint32_t)needed;
    memcpy(entry->name, record->name, length);
    error = record_kind(record, &kind); /* the record may leave the cache */
    if (error == 0) {
        entry->mode = kind;
        *bytes = needed;
    }
    return error;
}

int
file_names(const struct open *open, uint64_t *position, token_t token,
           uint64_t bytes, uint64_t *done)
{
    static alignas(8) char names[NAMES_BYTES];
    size_t room = bytes < NAMES_BYTES ? bytes : NAMES_BYTES;
    uint64_t next = *position, copied;
    struct inode inode;
    int error = inode_read(open->inode, &inode);

    *done = 0;
    if (error == 0 && !inode_is(&inode, S_IFDIR))
        error = ENOTDIR;
    while (error == 0) {
        const struct ext2_record *record;
        size_t taken = 0;

        error = directory_next(&inode, &next, &record);
        if (error != 0 || !record)
            break;
        error = entry_write(names + *done, room - *done, record, &taken);
        if (error == 0 && taken == 0) {
            if (*done == 0)
                error = EINVAL;
            break;
        }
        *position = next;
        *done += taken;
    }
    if (error == 0 && *done > 0 &&
        (sys_lease_write(token, 0, names, *done, &copied) != OK ||
         copied != *done))
        error = EFAULT;
    return error;
}

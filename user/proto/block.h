/* SPDX-License-Identifier: MIT */
/* The block protocol: a disk, an array of sectors of 512 bytes.
 *
 *     label         words              lent        answer
 *     BLOCK_INFO    -                  -           sectors, is read-only
 *     BLOCK_READ    sector, sectors    w: room     -
 *     BLOCK_WRITE   sector, sectors    r: content  -
 *     BLOCK_FLUSH   -                  -           -
 *
 * At most BLOCK_SECTORS_MAX sectors at a time. Several requests may be under
 * way; they are answered in any order. A write that was answered may still be
 * in the device's cache: BLOCK_FLUSH comes back when all of them are on the
 * disk. Each request may be repeated, so a client just does when the driver
 * was replaced (lib/call.h).
 *
 * Answers have the label BLOCK_DONE and in word 0 an error of <errno.h>: EIO
 * if the device says so, EINVAL beyond its end, EROFS, EFAULT if too little is
 * lent, ENOSYS for other labels. */
#pragma once

#include <lib/call.h>

#include <errno.h>
#include <stdbool.h>

enum block_label {
    BLOCK_INFO = 1,
    BLOCK_READ = 2,
    BLOCK_WRITE = 3,
    BLOCK_FLUSH = 4,
    BLOCK_DONE = 5,
};

enum { SECTOR_BYTES = 512, BLOCK_SECTORS_MAX = 128 };

MUST_CHECK static inline int
block_call(handle_t disk, struct message *m, uint64_t lease, void *window,
           uint64_t bytes)
{
    if (call_retry(disk, m, lease, window, bytes) != OK ||
        message_label(m) != BLOCK_DONE)
        return EIO;
    return (int)m->words[0];
}

/* How large the disk is, in sectors. */
MUST_CHECK static inline int
block_info(handle_t disk, uint64_t *sectors, bool *is_read_only)
{
    struct message m = {.header = BLOCK_INFO};
    int error = block_call(disk, &m, 0, NULL, 0);

    if (error == 0) {
        *sectors = m.words[1];
        *is_read_only = m.words[2] != 0;
    }
    return error;
}

/* Reads `sectors` sectors, from `sector` on. */
MUST_CHECK static inline int
block_read(handle_t disk, uint64_t sector, void *to, uint64_t sectors)
{
    struct message m = {.header = BLOCK_READ, .words = {sector, sectors}};

    return block_call(disk, &m, MESSAGE_LEASE_WRITE, to,
                      sectors * SECTOR_BYTES);
}

MUST_CHECK static inline int
block_write(handle_t disk, uint64_t sector, const void *from, uint64_t sectors)
{
    struct message m = {.header = BLOCK_WRITE, .words = {sector, sectors}};

    return block_call(disk, &m, MESSAGE_LEASE_READ, (void *)from,
                      sectors * SECTOR_BYTES);
}

/* Comes back when all that was written is on the disk. */
MUST_CHECK static inline int
block_flush(handle_t disk)
{
    struct message m = {.header = BLOCK_FLUSH};

    return block_call(disk, &m, 0, NULL, 0);
}

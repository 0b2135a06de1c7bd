/* SPDX-License-Identifier: MIT */
/* The file server on this machine: what is around it, made of plain memory.
 *
 * The disk is an array, the kept memory another, and a client's message comes
 * on stdin. The server's objects are compiled so that each store calls a
 * function first (gcc's -fsanitize=thread, with functions of ours): so it can
 * be killed before any of them, as it may be killed between any two
 * instructions where it belongs. */
#pragma once

#include <lib/message.h>

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISK = 1, CLOCK = 2, KEPT_BYTES = 2 << 20, ROW_BYTES = 256 };

struct machine {
    char *disk;
    size_t disk_bytes;
    bool is_read_only;
    uint64_t requests_left; /* to the disk, until one fails; UINT64_MAX */
    uint64_t bad_sector;    /* cannot be written; UINT64_MAX: none */
    uint64_t unreadable;    /* sector cannot be read; UINT64_MAX: none */
    bool may_be_clean;      /* the disk's mark, if the power failed now */
    bool is_flushed;        /* nothing that was written may be lost then */
    uint64_t deaths_left;   /* until the disk's driver dies at a request */
    uint64_t stores_left;   /* until the server is killed; UINT64_MAX: never */
    bool is_thorough;       /* each store of a long copy is one, too */
    uint64_t stores;        /* to what outlives it, since the last request */
    jmp_buf killed;
    uint64_t time;   /* seconds */
    char *window;    /* what the client lends */
    uint64_t lent;   /* bytes */
    uint64_t unlent; /* of them, the last ones cannot be reached */
};

extern struct machine machine;
extern char kept[KEPT_BYTES];

/* The power fails, or it comes: what is on the disk is there for good. */
void disk_settle(void);

/* Before `bytes` bytes at `at` are written: here the server may be killed. In
 * a row of stores, each behind the last, only one in ROW_BYTES bytes counts. */
void store_point(const void *at, size_t bytes);

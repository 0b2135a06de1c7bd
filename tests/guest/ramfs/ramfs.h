/* SPDX-License-Identifier: MIT */
/* How the test's one server tells what it is asked as: by bits of the badge.
 * The rest of the badge is the client's number. */
#pragma once

enum {
    RAMFS_NAMES = 1 << 16,  /* proto/names.h: everything is its own */
    RAMFS_CLOCK = 1 << 17,  /* proto/clock.h: it is always RAMFS_TIME */
    RAMFS_STREAM = 1 << 18, /* the file "stream", as a pipe's end */
    RAMFS_BITS = RAMFS_NAMES | RAMFS_CLOCK | RAMFS_STREAM,

    RAMFS_TIME = 1767323045, /* 2026-01-02 03:04:05 */
};

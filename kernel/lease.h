/* SPDX-License-Identifier: MIT */
/* Leases: a window of the caller's memory, lent to whoever serves its call. */
#pragma once

#include "thread.h"
#include "types.h"

/* Whether `from` may lend what its registers say: ERR_ARGUMENT if it does not
 * call, or lends both ways; ERR_ADDRESS if the window is not below USER_TOP. */
MUST_CHECK err_t lease_check(const struct thread *from);

/* What lease_copy is asked for. */
struct lease_order {
    uint64_t flag; /* MESSAGE_LEASE_READ: out of the window, _WRITE: into it */
    uint64_t offset; /* in the window */
    uaddr_t address; /* of the server's bytes */
    uint64_t bytes;  /* at most LEASE_BYTES_MAX */
};

/* Copies between the window that `caller` lent and memory of the server `t`,
 * and tells in `*done` how many bytes it was, fewer than asked for if the
 * window ends before. ERR_LEASE: the caller has no such page, or lent nothing
 * this way; ERR_ADDRESS: the server has none. `*done` bytes have been copied
 * even then. */
MUST_CHECK err_t lease_copy(struct thread *t, struct thread *caller,
                            const struct lease_order *order, uint64_t *done);

/* SPDX-License-Identifier: MIT */
/* Copying between two processes that trust neither each other nor the kernel.
 *
 * A caller lends one window of its memory, to be read or to be written, until
 * the reply. Nothing is pinned and nothing is mapped: at every copy both page
 * tables are walked as the hart would do it, a page at a time, and what one
 * of the two could not do itself is not done for it.
 *
 *     caller's window     [----|--------|--------|---]       t1, t2
 *                              ^ offset
 *     server's bytes            [---|--------|---]           address
 *
 * J1  No byte outside the window, and none that its owner could not read (or
 *     write), is read (or written).
 * J2  The kernel reads and writes user memory in space_copy alone, and through
 *     its own mapping of the frames: it cannot fault.
 *
 * Called by syscall.c with the token found. */
#include "lease.h"

#include "process.h"

err_t
lease_check(const struct thread *from)
{
    uaddr_t start = from->x[REG_T1];
    uint64_t bytes = from->x[REG_T2];

    if (from->x[REG_A7] != SYS_ENDPOINT_CALL ||
        (from->x[REG_A1] & MESSAGE_LEASES) == MESSAGE_LEASES)
        return ERR_ARGUMENT;
    if (start > USER_TOP || bytes > USER_TOP - start)
        return ERR_ADDRESS;
    return OK;
}

/* Lab: rpc-lease */
err_t
lease_copy(struct thread *t, struct thread *caller,
           const struct lease_order *order, uint64_t *done)
{
    bool is_read = order->flag == MESSAGE_LEASE_READ;
    uint64_t window = caller->x[REG_T2], bytes = order->bytes;
    uaddr_t lent = caller->x[REG_T1] + order->offset, own = order->address;
    const struct space *theirs = &caller->process->space;
    const struct space *ours = &t->process->space;

    *done = 0;
    if (!(caller->x[REG_A1] & order->flag))
        return ERR_LEASE;
    if (order->offset > window)
        return ERR_ARGUMENT;
    if (bytes > window - order->offset)
        bytes = window - order->offset;
    *done = is_read ? space_copy(ours, own, theirs, lent, bytes)
                    : space_copy(theirs, lent, ours, own, bytes);
    if (*done == bytes)
        return OK;
    return space_allows(theirs, lent + *done, is_read ? PTE_R : PTE_W)
               ? ERR_ADDRESS
               : ERR_LEASE;
}

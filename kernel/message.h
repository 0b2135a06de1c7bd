/* SPDX-License-Identifier: MIT */
/* What a message carries besides label and words: a handle, or a lease. */
#pragma once

#include "thread.h"
#include "types.h"

/* Whether the sender `from` asked for more than words; then the functions
 * below have to be asked, else they need not. */
static inline bool message_has_extras(const struct thread *from);

/* Whether the flags of `from` are known and what it wants to send along is
 * there: OK; ERR_ARGUMENT; ERR_ADDRESS: the lease; ERR_HANDLE, ERR_RIGHTS: the
 * handle in a6; ERR_BUSY: another thread of its process waits through that
 * handle. */
MUST_CHECK err_t message_check(const struct thread *from);

/* The same, and whether `to` can take it: ERR_FULL if its process has no slot
 * free. */
MUST_CHECK err_t message_fits(const struct thread *from,
                              const struct thread *to);

/* `to` has just got the words of `from`, which fitted: moves the handle, tells
 * `to` its new name and that it is one, and what is lent and how much. */
void message_attach(struct thread *from, struct thread *to);

/* NOWAIT (bit 32) is looked at by whoever would wait. */
enum { MESSAGE_EXTRAS_SHIFT = 33 };

static inline bool
message_has_extras(const struct thread *from)
{
    return from->x[REG_A1] >> MESSAGE_EXTRAS_SHIFT;
}

/* SPDX-License-Identifier: MIT */
/* Signals: bits that a thread finds when it next receives. */
#pragma once

#include "thread.h"
#include "types.h"

/* Sets `bits` in the pending word of `t`. If it waits to receive it gets them
 * at once: then it is returned, able to run and in no queue; else NULL. */
MUST_CHECK struct thread *signal_send(struct thread *t, uint64_t bits);

/* Makes `t`, which receives from nobody else, wait until a signal comes, or
 * gives it those that are pending; returns who runs next. `partner` is a
 * thread that has just become able to run and is in no queue, or NULL.
 * ERR_WOULD_BLOCK: NOWAIT. */
struct thread *signal_wait(struct thread *t, struct thread *partner);

/* Finishes the receiving of `t` with all its pending signals, as one message.
 */
void signal_take(struct thread *t);

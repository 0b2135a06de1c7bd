/* SPDX-License-Identifier: MIT */
/* Signals: one word of bits in each thread.
 *
 * A signal never blocks its sender and is never lost; two of the same bit may
 * become one. They come out of any receive, before queued senders, all pending
 * bits in one message. So interrupts, deadlines and requests reach a server in
 * one loop, in one order.
 *
 * B1  A thread with pending signals waits neither WAIT_RECV nor WAIT_SIGNAL.
 *
 * A thread that waits in send or call is not disturbed: it finds them later.
 * Called by the system calls, by trap.c (deadlines) and by irq.c. */
#include "signals.h"

#include "endpoint.h"
#include "sched.h"

void
signal_take(struct thread *t)
{
    t->x[REG_A0] = OK;
    t->x[REG_A1] = MESSAGE_SIGNAL;
    t->x[REG_A2] = t->pending;
    for (unsigned i = REG_A3; i <= REG_A6; i++)
        t->x[i] = 0;
    t->x[REG_T0] = 0; /* nobody waits for an answer */
    t->x[REG_T1] = 0;
    t->pending = 0;
}

/* Lab: threads-signal */
struct thread *
signal_send(struct thread *t, uint64_t bits)
{
    t->pending |= bits;
    if (t->state == THREAD_WAIT_RECV)
        endpoint_cancel(t, OK);
    else if (t->state != THREAD_WAIT_SIGNAL)
        return NULL;
    signal_take(t);
    return t;
}

/* Lab: threads-signal */
struct thread *
signal_wait(struct thread *t, struct thread *partner)
{
    if (t->pending) {
        signal_take(t);
        return sched_wake(t, partner);
    }
    if (!endpoint_may_wait(t))
        return sched_wake(thread_finish(t, ERR_WOULD_BLOCK), partner);
    t->state = THREAD_WAIT_SIGNAL;
    return sched_switch(partner);
}

/* SPDX-License-Identifier: MIT */
/* Who runs next. */
#pragma once

#include "thread.h"
#include "types.h"

/* The priority of the most urgent ready thread; READY_NONE: there is none. */
enum { READY_NONE = -1 };
extern int ready_top;

/* Whether a thread of this priority need not wait for any ready one. */
static inline bool
ready_is_most_urgent(unsigned priority)
{
    return ready_top <= (int)priority;
}

/* Puts a thread that is in no queue behind the ready ones of its priority. */
void ready_push(struct thread *t);

/* Takes the thread that has been ready longest among the most urgent, NULL
 * if none is ready. */
struct thread *ready_pop(void);

/* Takes a ready thread out of the queue. */
void ready_remove(struct thread *t);

/* Picks who runs when the last one cannot go on or must not. First lets one
 * step of cleaning up happen; idles until there is somebody. */
APART struct thread *schedule(void);

/* `t` runs and has just made `partner`, which is in no queue, able to run;
 * returns the most urgent of all, `t` on a tie. The others are ready. A more
 * urgent partner gets the hart as in sched_switch. NULL for `partner`: there
 * is none, but `t` may have become less urgent. */
APART struct thread *sched_wake(struct thread *t, struct thread *partner);

/* `t` runs and has made others ready; returns the most urgent, `t` on a
 * tie. */
APART struct thread *sched_resume(struct thread *t);

/* As sched_wake for two threads at once, either of which may be NULL. */
COLD struct thread *sched_wake_both(struct thread *t, struct thread *first,
                                    struct thread *second);

/* The running thread now waits and `partner`, in no queue, is able to run:
 * gives it the hart, unless something more urgent is ready. NULL for
 * `partner`: as schedule(). */
static inline struct thread *sched_switch(struct thread *partner);

/* The slice of running thread `t` is over: the next of its priority has its
 * turn. */
struct thread *slice_tick(struct thread *t);

/* How far cleaning has come after a step. */
enum clean_state {
    CLEAN_DONE,  /* nothing is left */
    CLEAN_MORE,  /* there is more to do */
    CLEAN_WAITS, /* there is, once another hart has come into the kernel */
};

/* What schedule() does besides choosing, told once at boot: `clean` does a
 * little of what is to be cleaned up; `poll` deals with the interrupts that
 * are pending on this hart. */
void sched_init(enum clean_state (*clean)(void), void (*poll)(void));

/* Whether schedule() cleans from now on; what it was. Somebody must be able to
 * run while it does not. */
bool sched_clean_pause(bool is_on);

/* There is cleaning to do: see that schedule() runs before long. */
void sched_clean_soon(void);

/* Closes this hart's bill: the thread that schedule() chose last pays for the
 * instructions since. */
void sched_bill(void);

COLD struct thread *sched_switch_later(struct thread *partner);

static inline struct thread *
sched_switch(struct thread *partner)
{
    if (unlikely(!partner || !ready_is_most_urgent(partner->priority)))
        return sched_switch_later(partner);
    partner->state = THREAD_RUNNING;
    return partner;
}

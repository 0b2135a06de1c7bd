/* SPDX-License-Identifier: MIT */
/* Who runs next. */
#pragma once

#include "thread.h"
#include "types.h"

/* Bit p is set when a thread of priority p is ready. */
extern uint64_t ready_mask;

/* Whether a thread of this priority need not wait for any ready one. */
static inline bool
ready_is_most_urgent(unsigned priority)
{
    return ready_mask >> priority <= 1;
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
 * returns the more urgent of the two, `t` on a tie. The other is ready.
 * NULL for `partner`: `t`. */
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

/* Cleaning that schedule() does bit by bit: `step` does a little, and says
 * whether more is left. Set once at boot. */
void sched_set_cleaner(bool (*step)(void));

/* Whether schedule() cleans from now on; what it was. Somebody must be able to
 * run while it does not. */
bool sched_clean_pause(bool is_on);

/* There is cleaning to do: see that schedule() runs before long. */
void sched_clean_soon(void);

COLD struct thread *sched_switch_later(struct thread *partner);

static inline struct thread *
sched_switch(struct thread *partner)
{
    if (unlikely(!partner || !ready_is_most_urgent(partner->priority)))
        return sched_switch_later(partner);
    partner->state = THREAD_RUNNING;
    return partner;
}

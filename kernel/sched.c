/* SPDX-License-Identifier: MIT */
/* The ready queue and the choice.
 *
 * 64 priorities, one circle of threads each, one word that says which circles
 * are not empty. The most urgent thread runs; threads of one priority take
 * turns of a slice. The slice is timed only while somebody is ready: a thread
 * alone is never interrupted.
 *
 * S1  Bit p of ready_mask is set exactly when ready_first[p] is not NULL.
 * S2  Threads in the queue are THREAD_READY and of live processes, or of dying
 *     ones until schedule() meets them. A partner is not looked at: it may
 *     run for a slice more.
 * S3  While a thread is ready, or cleaning is left, the slice timer is armed
 *     or schedule() is about to run.
 *
 * Called by everyone who makes a thread wait or wakes one. */
#include "sched.h"

#include "hart.h"
#include "process.h"
#include "timer.h"

uint64_t ready_mask;

static struct thread *ready_first[PRIORITY_COUNT];
static bool (*cleaner)(void);
static bool is_cleaning;

/* Lab: threads-ready */
void
ready_push(struct thread *t)
{
    struct thread *first = ready_first[t->priority];

    t->state = THREAD_READY;
    if (first) {
        t->next = first;
        t->prev = first->prev;
        first->prev->next = t;
        first->prev = t;
    } else {
        t->next = t->prev = t;
        ready_first[t->priority] = t;
        ready_mask |= UINT64_C(1) << t->priority;
    }
}

void
ready_remove(struct thread *t)
{
    struct thread *next = t->next;

    assert(t->state == THREAD_READY);
    if (next == t) {
        ready_first[t->priority] = NULL;
        ready_mask &= ~(UINT64_C(1) << t->priority);
        return;
    }
    t->prev->next = next;
    next->prev = t->prev;
    if (ready_first[t->priority] == t)
        ready_first[t->priority] = next;
}

/* Lab: threads-ready */
struct thread *
ready_pop(void)
{
    struct thread *t;

    if (!ready_mask)
        return NULL;
    t = ready_first[63 - __builtin_clzll(ready_mask)];
    ready_remove(t);
    return t;
}

void
sched_set_cleaner(bool (*step)(void))
{
    cleaner = step;
}

void
sched_clean_soon(void)
{
    is_cleaning = true;
    timer_slice_arm();
}

bool
sched_clean_pause(bool is_on)
{
    bool was = is_cleaning;

    is_cleaning = is_on;
    return was;
}

struct thread *
schedule(void)
{
    struct thread *t;

    for (;;) {
        if (is_cleaning)
            is_cleaning = cleaner();
        t = ready_pop();
        if (t && t->process->is_dying)
            t->state = THREAD_ENDED; /* the cleaner finds it in its process */
        else if (t)
            break;
        else if (!is_cleaning)
            timer_idle();
    }
    t->state = THREAD_RUNNING;
    if (ready_mask || is_cleaning)
        timer_slice_restart();
    return t;
}

struct thread *
sched_resume(struct thread *t)
{
    if (!ready_is_most_urgent(t->priority)) {
        ready_push(t);
        return schedule();
    }
    if (ready_mask)
        timer_slice_arm();
    return t;
}

struct thread *
sched_wake(struct thread *t, struct thread *partner)
{
    if (!partner)
        return t;
    ready_push(partner);
    return sched_resume(t);
}

struct thread *
sched_wake_both(struct thread *t, struct thread *first, struct thread *second)
{
    if (first)
        ready_push(first);
    if (second)
        ready_push(second);
    return first || second ? sched_resume(t) : t;
}

struct thread *
sched_switch_later(struct thread *partner)
{
    if (partner)
        ready_push(partner);
    return schedule();
}

/* Lab: threads-slice */
struct thread *
slice_tick(struct thread *t)
{
    ready_push(t);
    return schedule();
}

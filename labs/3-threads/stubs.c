/* SPDX-License-Identifier: MIT */
/* Where the exercises of lab 3 start: the bodies that a student finds. */
#include "deadline.h"
#include "dying.h"
#include "sched.h"
#include "signals.h"

void
ready_push(struct thread *t)
{
    /* Exercise 3.1, with ready_pop below. Read S1 and S2 at the top of this
     * file, and ready_remove, which relies on S1 and which you may call.
     *
     * Until then there is one circle for all priorities: whoever has been
     * ready longest is first, however urgent the others. It is filed under the
     * priority of its first thread. */
    struct thread *last;

    t->state = THREAD_READY;
    if (ready_top == READY_NONE) {
        t->prev = t->next = t;
        ready_top = t->priority;
        ready_first[ready_top] = t;
        return;
    }
    last = ready_first[ready_top]->prev;
    t->prev = last;
    t->next = last->next;
    last->next->prev = t;
    last->next = t;
}

struct thread *
ready_pop(void)
{
    /* Exercise 3.1: read what sched.h says of it. */
    struct thread *t, *next;

    if (ready_top == READY_NONE)
        return NULL;
    t = ready_first[ready_top];
    next = t->next;
    ready_first[ready_top] = NULL;
    ready_top = READY_NONE;
    if (next != t) {
        t->prev->next = next;
        next->prev = t->prev;
        ready_top = next->priority;
        ready_first[ready_top] = next;
    }
    return t;
}

struct thread *
slice_tick(struct thread *t)
{
    /* Exercise 3.2. Read trap_other in trap.c, which calls this, timer_tick in
     * timer.c, which has just ended the slice, and schedule: what else does it
     * do besides choosing?
     *
     * Until then whoever is ready gets the hart, however urgent he is, and the
     * timer goes on when nobody needs it. */
    struct thread *next = ready_pop();

    timer_slice_restart();
    if (!next)
        return t;
    if (next->process->is_dying) {
        ready_push(next); /* schedule drops it */
        return t;
    }
    ready_push(t);
    next->state = THREAD_RUNNING;
    return next;
}

struct thread *
signal_send(struct thread *t, uint64_t bits)
{
    /* Exercise 3.3, with signal_wait below. Read B1 at the top of this file,
     * and sys_thread_signal and trap_deadlines, which call this.
     *
     * Until then nobody hears of a signal. */
    (void)t;
    (void)bits;
    return NULL;
}

struct thread *
signal_wait(struct thread *t, struct thread *partner)
{
    /* Exercise 3.3. Read sched_wake and sched_switch in sched.h, and
     * endpoint_may_wait in endpoint.h.
     *
     * Until then nobody can wait. */
    return sched_wake(thread_finish(t, ERR_UNFINISHED), partner);
}

void
deadline_set(struct thread *t, uint64_t ticks, uint64_t bits)
{
    /* Exercise 3.4, with deadline_expire below. Read K1 and K2, and what the
     * functions above do to the heap.
     *
     * Until then nobody has a deadline. */
    (void)heap_rise;
    (void)t;
    (void)ticks;
    (void)bits;
}

struct thread *
deadline_expire(uint64_t now)
{
    /* Exercise 3.4. Read timer_update in timer.c: when does the timer ring? And
     * trap_deadlines in trap.c, which calls this. */
    (void)heap_remove;
    (void)now;
    return NULL;
}

bool
thread_exit(struct thread *t, int64_t code)
{
    /* Exercise 3.5. Read end_thread in process_end.c, which ends the threads
     * of a killed process, and node_revoke_first in object.h.
     *
     * Until then a thread that ends stays where it is, and what belongs to it
     * goes with its process. */
    struct process *p = t->process;

    t->state = THREAD_ENDED;
    if (p->thread_count == 1)
        process_end(p, (struct process_death){ENDED_EXIT, code, 0});
    return true;
}

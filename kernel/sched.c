/* SPDX-License-Identifier: MIT */
/* The ready queue and the choice.
 *
 * 64 priorities, one circle of threads each, one word that says which circles
 * are not empty, and the number of the most urgent one. All harts take from
 * this one queue. The most urgent threads run; threads of one priority take
 * turns of a slice. The slice is timed only while somebody is ready: a thread
 * alone is never interrupted.
 *
 * S1  Bit p of `ready_mask` is set exactly when ready_first[p] is not NULL;
 *     ready_top is the number of the highest such bit.
 * S2  Threads in the queue are THREAD_READY and of live processes, or of dying
 *     ones until schedule() meets them. A partner is not looked at: it may
 *     run for a slice more.
 * S3  While a thread is ready, or cleaning is left, the slice timer of a hart
 *     is armed or schedule() is about to run.
 * S4  A thread is RUNNING on one hart at most: it is the `current` of that
 *     hart, or about to be.
 *
 * Time is billed in instructions, and only here: a direct switch goes on with
 * the slice and the bill of whoever began it.
 *
 * Called by everyone who makes a thread wait or wakes one. */
#include "sched.h"

#include "hart.h"
#include "process.h"
#include "timer.h"

int ready_top = READY_NONE;

static uint64_t ready_mask;
static struct thread *ready_first[PRIORITY_COUNT];
static enum clean_state (*cleaner)(void);
static void (*poller)(void);
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
        if (ready_top < t->priority)
            ready_top = t->priority;
    }
}

/* The number of the highest bit that is set, or READY_NONE. */
static int
top_bit(uint64_t mask)
{
    return mask ? 63 - __builtin_clzll(mask) : READY_NONE;
}

void
ready_remove(struct thread *t)
{
    struct thread *next = t->next;

    assert(t->state == THREAD_READY);
    if (next == t) {
        ready_first[t->priority] = NULL;
        ready_mask &= ~(UINT64_C(1) << t->priority);
        ready_top = top_bit(ready_mask);
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

    if (ready_top == READY_NONE)
        return NULL;
    t = ready_first[ready_top];
    ready_remove(t);
    return t;
}

void
sched_init(enum clean_state (*clean)(void), void (*poll)(void))
{
    cleaner = clean;
    poller = poll;
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

void
sched_bill(void)
{
    struct hart *hart = hart_this();
    uint64_t now = riscv_instructions();

    threads[hart->bill_thread]->instructions += now - hart->bill_start;
    hart->bill_start = now;
}

/* A thread is ready while this hart is busy: tells an idle hart, or the one
 * that runs the least urgent thread, if it is less urgent than the ready one;
 * or as urgent, and alone so far, so that it would never give way. */
static void
sched_tell(void)
{
    struct hart *least = NULL;

    if (hart_count == 1 || ready_top == READY_NONE)
        return;
    for (unsigned i = 0; i < hart_count; i++) {
        struct hart *hart = &harts[i];
        if (hart == hart_this() || hart->is_interrupted)
            continue;
        if (!hart->current) {
            hart_interrupt(hart);
            return;
        }
        if (!least || hart->current->priority < least->current->priority)
            least = hart;
    }
    if (least &&
        (least->current->priority < ready_top ||
         (least->current->priority == ready_top && !least->is_slice_armed)))
        hart_interrupt(least);
}

/* This hart goes on with one thread while others are ready: it has to end that
 * one's slice, and another hart may take one of them. */
static void
sched_share(void)
{
    timer_slice_arm();
    sched_tell();
}

/* Nobody is ready on this hart: cleans up, or waits. */
static COLD void
sched_wait(void)
{
    enum clean_state state = is_cleaning ? cleaner() : CLEAN_DONE;

    is_cleaning = state != CLEAN_DONE;
    if (state == CLEAN_WAITS || (state == CLEAN_MORE && hart_count > 1))
        hart_pause(); /* who waits for the lock need not wait for the end */
    else if (state == CLEAN_DONE && ready_top == READY_NONE) {
        timer_idle();
        hart_this()->bill_start = riscv_instructions();
    }
    poller();
}

struct thread *
schedule(void)
{
    struct thread *t;
    unsigned dropped = 0;

    sched_bill();
    if (is_cleaning)
        is_cleaning = cleaner() != CLEAN_DONE;
    for (;;) {
        t = ready_pop();
        if (!t)
            sched_wait();
        else if (!t->process->is_dying)
            break;
        else {
            t->state = THREAD_ENDED; /* the cleaner finds it in its process */
            if (++dropped % STEP_ITEMS == 0)
                poller();
        }
    }
    t->state = THREAD_RUNNING;
    hart_this()->bill_thread = (uint16_t)thread_id(t);
    if (ready_top != READY_NONE || is_cleaning)
        timer_slice_restart();
    sched_tell();
    return t;
}

struct thread *
sched_resume(struct thread *t)
{
    if (!ready_is_most_urgent(t->priority)) {
        ready_push(t);
        return schedule();
    }
    if (ready_top != READY_NONE)
        sched_share();
    return t;
}

struct thread *
sched_wake(struct thread *t, struct thread *partner)
{
    if (partner && partner->priority > t->priority) {
        ready_push(t);
        sched_share();
        sched_bill();
        hart_this()->bill_thread = (uint16_t)thread_id(partner);
        return sched_switch(partner);
    }
    if (partner)
        ready_push(partner);
    /* Even without one: t may have lost a loan, and others be ready. */
    return sched_resume(t);
}

struct thread *
sched_wake_both(struct thread *t, struct thread *first, struct thread *second)
{
    if (first)
        ready_push(first);
    if (second)
        ready_push(second);
    return sched_resume(t);
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

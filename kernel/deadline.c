/* SPDX-License-Identifier: MIT */
/* All deadlines in one binary heap, the earliest on top.
 *
 * The heap is an array: below place n are places 2n and 2n + 1, so place 0
 * stays empty. A thread knows its place, and so its deadline is moved or taken
 * away in as many steps as the heap is deep, 14 at most.
 *
 *     place     1  2  3  4  5 ...           1
 *             [ 3  7  4  9  8 ...        2     3
 *                                       4 5
 *
 * K1  heap[n]->deadline_place is n; a thread without deadline has place 0.
 * K2  A thread's deadline is not earlier than that of the place above it.
 *
 * Pure: the clock is the caller's. Called by syscall_process.c and trap.c. */
#include "deadline.h"

static struct {
    struct thread *at[THREAD_IDS + 1];
    unsigned count;
} heap;

static void
heap_put(unsigned place, struct thread *t)
{
    heap.at[place] = t;
    t->deadline_place = (uint16_t)place;
}

/* Finds a place for `t` at or above the free place `place`. */
static void
heap_rise(unsigned place, struct thread *t)
{
    for (; place > 1; place /= 2) {
        struct thread *above = heap.at[place / 2];
        if (above->deadline <= t->deadline)
            break;
        heap_put(place, above);
    }
    heap_put(place, t);
}

/* The same at or below it. */
static void
heap_sink(unsigned place, struct thread *t)
{
    for (;;) {
        unsigned below = 2 * place;
        if (below < heap.count &&
            heap.at[below + 1]->deadline < heap.at[below]->deadline)
            below++;
        if (below > heap.count || heap.at[below]->deadline >= t->deadline)
            break;
        heap_put(place, heap.at[below]);
        place = below;
    }
    heap_put(place, t);
}

static void
heap_remove(struct thread *t)
{
    unsigned place = t->deadline_place;
    struct thread *last = heap.at[heap.count--];

    t->deadline_place = 0;
    if (last == t)
        return;
    /* The last one comes from another branch: it may have to go either way. */
    if (place > 1 && last->deadline < heap.at[place / 2]->deadline)
        heap_rise(place, last);
    else
        heap_sink(place, last);
}

/* Lab: threads-deadline */
void
deadline_set(struct thread *t, uint64_t ticks, uint64_t bits)
{
    if (t->deadline_place)
        heap_remove(t);
    t->deadline = ticks;
    t->deadline_bits = bits;
    if (ticks != DEADLINE_NONE)
        heap_rise(++heap.count, t);
}

/* Lab: threads-deadline */
struct thread *
deadline_expire(uint64_t now)
{
    struct thread *t = heap.count ? heap.at[1] : NULL;

    if (!t || t->deadline > now)
        return NULL;
    heap_remove(t);
    return t;
}

uint64_t
deadline_first(void)
{
    return heap.count ? heap.at[1]->deadline : UINT64_MAX;
}

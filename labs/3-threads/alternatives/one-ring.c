/* SPDX-License-Identifier: MIT */
/* Other data structures: one ring of all ready threads, the most urgent first,
 * and no heap of deadlines, but a look at every thread. An exit removes one
 * handle at a time.
 *
 *     ready_first[0] --> A9 <-> B9 <-> D4 <-> E4 <-> F0 <-> (A9)
 *
 * What takes the ring apart, and what asks for the first deadline, comes
 * along. */

/* Finds whom `t` stands in front of: the first that is less urgent, or, behind
 * all of them, the first of all. */
void
ready_push(struct thread *t)
{
    struct thread *first = ready_first[0], *place = first;

    t->state = THREAD_READY;
    t->next = t->prev = t;
    if (first) {
        while (place->priority >= t->priority && place->next != first)
            place = place->next;
        if (place->priority >= t->priority)
            place = first; /* behind the last one */
        t->next = place;
        t->prev = place->prev;
        place->prev->next = t;
        place->prev = t;
    }
    if (ready_top < t->priority) {
        ready_first[0] = t;
        ready_top = t->priority;
    }
}

void
ready_remove(struct thread *t)
{
    bool is_first = ready_first[0] == t, is_only = t->next == t;

    ready_mask = 0; /* nobody asks for it */
    t->prev->next = t->next;
    t->next->prev = t->prev;
    if (is_first)
        ready_first[0] = is_only ? NULL : t->next;
    ready_top = ready_first[0] ? ready_first[0]->priority : top_bit(0);
}

struct thread *
ready_pop(void)
{
    struct thread *t = ready_first[0];

    if (t)
        ready_remove(t);
    return t;
}

struct thread *
slice_tick(struct thread *t)
{
    if (ready_is_most_urgent(t->priority) && ready_top < (int)t->priority)
        return sched_resume(t);
    ready_push(t);
    return schedule();
}

struct thread *
signal_send(struct thread *t, uint64_t bits)
{
    bool is_waiting = t->state == THREAD_WAIT_SIGNAL;

    if (t->state == THREAD_WAIT_RECV) {
        endpoint_cancel(t, OK);
        is_waiting = true;
    }
    t->pending |= bits;
    if (!is_waiting)
        return NULL;
    t->state = THREAD_ENDED;
    signal_take(t);
    return t;
}

struct thread *
signal_wait(struct thread *t, struct thread *partner)
{
    if (!t->pending && endpoint_may_wait(t)) {
        t->state = THREAD_WAIT_SIGNAL;
        if (partner)
            ready_push(partner);
        return schedule();
    }
    if (t->pending)
        signal_take(t);
    else
        thread_finish(t, ERR_WOULD_BLOCK);
    return sched_wake(t, partner);
}

void
deadline_set(struct thread *t, uint64_t ticks, uint64_t bits)
{
    t->deadline = ticks;
    t->deadline_bits = bits;
    t->deadline_place = ticks != DEADLINE_NONE;
}

struct thread *
deadline_expire(uint64_t now)
{
    struct thread *first = NULL;

    for (unsigned id = 1; id < thread_id_limit(); id++) {
        struct thread *t = threads[id];
        if (t->deadline_place && t->deadline <= now &&
            (!first || t->deadline < first->deadline))
            first = t;
    }
    if (first)
        first->deadline_place = 0;
    return first;
}

uint64_t
deadline_first(void)
{
    uint64_t first = UINT64_MAX;

    for (unsigned id = 1; id < thread_id_limit(); id++) {
        const struct thread *t = threads[id];
        if (t->deadline_place && t->deadline < first)
            first = t->deadline;
    }
    return first;
}

bool
thread_exit(struct thread *t, int64_t code)
{
    struct process *p = t->process;

    if (p->thread_count > 1) {
        if (node_revoke_first(&t->object.handles))
            return false;
        thread_stop(t);
        thread_free(t);
    } else {
        t->state = THREAD_ENDED;
        process_end(p, (struct process_death){ENDED_EXIT, code, 0});
    }
    return true;
}

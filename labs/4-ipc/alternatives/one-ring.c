/* SPDX-License-Identifier: MIT */
/* Another data structure: a queue is one circle of all its threads, in the
 * order in which they will be taken. The first of each priority is a stop, and
 * knows the next stop below; so a newcomer walks from stop to stop, and stands
 * in front of the first that is less urgent.
 *
 *     queue --> A9 <-> B9 <-> C9 <-> D4 <-> E4 <-> F0 <-> (A9)
 *               |                    ^ |           ^
 *               '------- lower ------' '-- lower --'
 *
 * What takes queues apart and goes through them comes along. */

/* Takes `t` out, whose stop `place` leads to. */
static inline void
ring_remove(struct thread **place, struct thread *t)
{
    struct thread *next = t->next;

    t->prev->next = next;
    next->prev = t->prev;
    if (*place != t)
        return;
    if (next == t || next->priority != t->priority) {
        *place = t->lower;
    } else {
        next->lower = t->lower;
        *place = next;
    }
}

static inline void
ring_insert(struct thread *place, struct thread *t)
{
    t->next = place;
    t->prev = place->prev;
    place->prev->next = t;
    place->prev = t;
}

static inline struct thread *
endpoint_dequeue(struct thread **queue)
{
    struct thread *t = *queue;

    ring_remove(queue, t);
    return t;
}

void
endpoint_unqueue(struct thread *t)
{
    struct thread **place = endpoint_queue(t);

    while ((*place)->priority != t->priority)
        place = &(*place)->lower;
    ring_remove(place, t);
}

void
endpoint_enqueue(struct thread **queue, struct thread *t)
{
    struct thread *first = *queue, *above = NULL, *below = first;

    for (; below && below->priority >= t->priority; below = below->lower)
        above = below;
    t->lower = below;
    if (first)
        ring_insert(below ? below : first, t);
    else
        t->next = t->prev = t;
    if (!above)
        *queue = t;
    else if (above->priority != t->priority)
        above->lower = t;
}

static struct thread *
first_undeliverable(const struct endpoint *ep, unsigned limit)
{
    struct thread *t = ep->senders;

    for (; t && limit > 0; limit--) {
        if (!thread_waits_in_endpoint(t))
            return t;
        t = t->next == ep->senders ? NULL : t->next;
    }
    return NULL;
}

static bool
is_waited_through(const struct endpoint *ep, handle_t name,
                  const struct thread *except)
{
    const struct thread *first = ep->senders ? ep->senders : ep->receivers;
    const struct thread *t = first;

    for (unsigned seen = 0; t && seen < STEP_ITEMS; seen++) {
        if (t != except && t->process == except->process &&
            thread_waits_in_endpoint(t) && t->x[REG_A0] == name)
            return true;
        t = t->next;
        if (t == first)
            return false;
    }
    return t != NULL;
}

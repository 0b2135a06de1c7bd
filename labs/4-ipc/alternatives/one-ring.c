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

static void
ring_insert(struct thread *place, struct thread *t)
{
    t->next = place;
    t->prev = place->prev;
    place->prev->next = t;
    place->prev = t;
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

/* Takes `t` out, whose stop `place` leads to. */
static void
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

static inline struct thread *
endpoint_dequeue(struct thread **queue)
{
    struct thread *t = *queue;

    ring_remove(queue, t);
    return t;
}

static inline void
endpoint_unqueue(struct thread **queue, struct thread *t)
{
    while ((*queue)->priority != t->priority)
        queue = &(*queue)->lower;
    ring_remove(queue, t);
}

static bool
is_waited_through(const struct endpoint *ep, handle_t name,
                  const struct thread *except)
{
    const struct thread *first = ep->senders ? ep->senders : ep->receivers;
    const struct thread *t = first;

    for (unsigned seen = 0; t && seen < STEP_ITEMS; seen++) {
        if (t != except && t->process == except->process &&
            t->x[REG_A0] == name)
            return true;
        t = t->next;
        if (t == first)
            return false;
    }
    return t != NULL;
}

void
endpoint_cancel(struct thread *t, err_t error)
{
    struct endpoint *ep = t->endpoint;

    if (t->state == THREAD_WAIT_RECV)
        endpoint_unqueue(&ep->receivers, t);
    else
        endpoint_unqueue(&ep->senders, t);
    t->state = THREAD_ENDED;
    thread_finish(t, error);
}

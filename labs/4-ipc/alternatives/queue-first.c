/* SPDX-License-Identifier: MIT */
/* Another order of work. Whoever comes, sender or receiver, first stands in
 * its queue; then, if both queues have somebody, the two that are first meet,
 * both leave, and schedule() chooses among all that can run. So no side treats
 * the case "the other is there already" by itself. */

/* The first sender and the first receiver meet. */
static void
endpoint_meet(struct endpoint *ep)
{
    struct thread *receiver = endpoint_dequeue(&ep->receivers);
    struct thread *sender = endpoint_dequeue(&ep->senders);
    const struct slot *used =
        handle_get(&sender->process->handles, sender->x[REG_A0],
                   KEY(OBJECT_ENDPOINT, ENDPOINT_SEND));

    message_copy(sender, receiver, used->badge);
    if (sender->state == THREAD_WAIT_CALL) {
        token_take(receiver, sender);
    } else {
        receiver->x[REG_T0] = 0;
        ready_push(thread_finish(sender, OK));
    }
    ready_push(receiver);
}

struct thread *
endpoint_send(struct thread *t, struct slot *via)
{
    struct endpoint *ep = object_endpoint(via->object);

    if (!ep->receivers && ep->recv_handles == 0)
        return thread_finish(t, ERR_DEAD);
    if (!ep->receivers && t->x[REG_A1] & MESSAGE_NOWAIT)
        return thread_finish(t, ERR_WOULD_BLOCK);

    t->state = THREAD_WAIT_SEND;
    t->endpoint = ep;
    endpoint_enqueue(&ep->senders, t);
    if (ep->receivers)
        endpoint_meet(ep);
    return schedule();
}

struct thread *
endpoint_recv(struct thread *t, struct slot *via, struct thread *partner)
{
    struct endpoint *ep = object_endpoint(via->object);

    if (partner)
        ready_push(partner);
    if (!ep->senders && t->x[REG_A1] & MESSAGE_NOWAIT) {
        ready_push(thread_finish(t, ERR_WOULD_BLOCK));
        return schedule();
    }

    t->state = THREAD_WAIT_RECV;
    t->endpoint = ep;
    endpoint_enqueue(&ep->receivers, t);
    if (ep->senders)
        endpoint_meet(ep);
    return schedule();
}

/* Register by register, the label by its mask. */
void
message_copy(const struct thread *from, struct thread *to, uint64_t badge)
{
    for (unsigned reg = REG_A2; reg < REG_A2 + MESSAGE_WORDS; reg++)
        to->x[reg] = from->x[reg];
    to->x[REG_A1] = from->x[REG_A1] & MESSAGE_LABEL_MASK;
    to->x[REG_T1] = badge;
    thread_finish(to, OK);
}

/* Looks for the last group that `t` stands behind or in, rather than for the
 * first that stands behind it. */
void
endpoint_enqueue(struct thread **queue, struct thread *t)
{
    struct thread *above = NULL;

    for (struct thread *group = *queue; group && group->priority >= t->priority;
         group = group->lower)
        above = group;

    if (above && above->priority == t->priority) {
        struct thread *last = above->prev;

        last->next = t;
        t->prev = last;
        t->next = above;
        above->prev = t;
        return;
    }
    t->prev = t;
    t->next = t;
    t->lower = above ? above->lower : *queue;
    if (above)
        above->lower = t;
    else
        *queue = t;
}

/* Looks for `t` as a queue is drawn: down the groups, and round each. */
void
endpoint_cancel(struct thread *t, err_t error)
{
    struct endpoint *ep = t->endpoint;
    struct thread **place =
        t->state == THREAD_WAIT_RECV ? &ep->receivers : &ep->senders;

    while ((*place)->priority != t->priority)
        place = &(*place)->lower;
    if (t->next == t) {
        *place = t->lower;
    } else {
        t->prev->next = t->next;
        t->next->prev = t->prev;
        if (*place == t) {
            t->next->lower = t->lower;
            *place = t->next;
        }
    }
    t->endpoint = NULL;
    t->state = THREAD_ENDED;
    thread_finish(t, error);
}

/* One sender in each step. */
bool
endpoint_hangup(struct endpoint *ep)
{
    struct thread *sender = ep->senders;

    if (!sender)
        return true;
    endpoint_cancel(sender, ERR_DEAD);
    ready_push(sender);
    return ep->senders == NULL;
}

/* kills: 4.1; hint: a sender that waited is forgotten, for ever, if it is less urgent than the receiver that took its message. */
struct thread *
endpoint_recv(struct thread *t, struct slot *via, struct thread *partner)
{
    struct endpoint *ep = object_endpoint(via->object);

    if (unlikely(ep->senders != NULL)) {
        struct thread *sender = endpoint_dequeue(&ep->senders);
        message_copy(sender, t, sender_badge(sender));
        sender = sender_finish(sender, t);
        if (sender && sender->priority < t->priority)
            return sched_wake(t, partner);
        return sched_wake_both(t, sender, partner);
    }
    if (unlikely(!endpoint_may_wait(t)))
        return sched_wake(thread_finish(t, ERR_WOULD_BLOCK), partner);
    endpoint_wait(t, ep, &ep->receivers, THREAD_WAIT_RECV);
    return sched_switch(partner);
}

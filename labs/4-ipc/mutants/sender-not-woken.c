/* kills: 4.1; hint: a sender that waited is never told that its message was taken: the receiver has woken nobody. */
struct thread *
endpoint_recv(struct thread *t, struct slot *via, struct thread *partner)
{
    struct endpoint *ep = object_endpoint(via->object);

    if (unlikely(ep->senders != NULL)) {
        struct thread *sender = endpoint_dequeue(&ep->senders);
        message_copy(sender, t, sender_badge(sender));
        sender_finish(sender, t);
        return sched_wake(t, partner);
    }
    if (unlikely(!endpoint_may_wait(t)))
        return sched_wake(thread_finish(t, ERR_WOULD_BLOCK), partner);
    endpoint_wait(t, ep, &ep->receivers, THREAD_WAIT_RECV);
    return sched_switch(partner);
}

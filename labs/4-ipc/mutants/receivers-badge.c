/* kills: 4.2; hint: the badge delivered is that of the receiver's own handle, not of the one that was sent through. */
struct thread *
endpoint_recv(struct thread *t, struct slot *via, struct thread *partner)
{
    struct endpoint *ep = object_endpoint(via->object);

    if (unlikely(ep->senders != NULL)) {
        struct thread *sender = endpoint_dequeue(&ep->senders);
        message_copy(sender, t, via->badge);
        return sched_wake_both(t, sender_finish(sender, t), partner);
    }
    if (unlikely(!endpoint_may_wait(t)))
        return sched_wake(thread_finish(t, ERR_WOULD_BLOCK), partner);
    endpoint_wait(t, ep, &ep->receivers, THREAD_WAIT_RECV);
    return sched_switch(partner);
}

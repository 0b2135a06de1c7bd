/* kills: 4.1; hint: a sender whose message was taken still stands in the queue; it is taken again when it has long gone on. */
struct thread *
endpoint_recv(struct thread *t, struct slot *via, struct thread *partner)
{
    struct endpoint *ep = object_endpoint(via->object);

    if (unlikely(ep->senders != NULL)) {
        struct thread *sender = ep->senders;
        message_copy(sender, t, sender_badge(sender));
        return sched_wake_both(t, sender_finish(sender, t), partner);
    }
    if (unlikely(!endpoint_may_wait(t)))
        return sched_wake(thread_finish(t, ERR_WOULD_BLOCK), partner);
    endpoint_wait(t, ep, &ep->receivers, THREAD_WAIT_RECV);
    return sched_switch(partner);
}

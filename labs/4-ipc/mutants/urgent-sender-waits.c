/* kills: 4.1; hint: the receiver goes on although the sender that it woke is more urgent. */
struct thread *
endpoint_recv(struct thread *t, struct slot *via, struct thread *partner)
{
    struct endpoint *ep = object_endpoint(via->object);

    if (unlikely(ep->senders != NULL)) {
        struct thread *sender = endpoint_dequeue(&ep->senders);
        message_copy(sender, t, sender_badge(sender));
        if (sender_finish(sender, t))
            ready_push(sender);
        return partner ? sched_wake(t, partner) : t;
    }
    if (unlikely(!endpoint_may_wait(t)))
        return sched_wake(thread_finish(t, ERR_WOULD_BLOCK), partner);
    endpoint_wait(t, ep, &ep->receivers, THREAD_WAIT_RECV);
    return sched_switch(partner);
}

/* kills: 4.1; hint: a receiver that waits is not given the message but made to ask for it a second time. */
struct thread *
endpoint_send(struct thread *t, struct slot *via)
{
    struct endpoint *ep = object_endpoint(via->object);
    struct thread *receiver;

    if (ep->receivers) {
        receiver = endpoint_dequeue(&ep->receivers);
        endpoint_wait(t, ep, &ep->senders, THREAD_WAIT_SEND);
        receiver->x[REG_PC] -= 4; /* its ecall */
        return sched_switch(receiver);
    }
    if (ep->recv_handles == 0)
        return thread_finish(t, ERR_DEAD);
    if (!endpoint_may_wait(t))
        return thread_finish(t, ERR_WOULD_BLOCK);
    endpoint_wait(t, ep, &ep->senders, THREAD_WAIT_SEND);
    return schedule();
}

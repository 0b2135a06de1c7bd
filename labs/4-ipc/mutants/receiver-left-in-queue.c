/* kills: 4.1; hint: a receiver that was given its message still stands in the queue, and is given the next one wherever it is by then. */
struct thread *
endpoint_send(struct thread *t, struct slot *via)
{
    struct endpoint *ep = object_endpoint(via->object);
    struct thread *receiver;

    if (ep->receivers) {
        receiver = ep->receivers;
        message_copy(t, receiver, via->badge);
        receiver->x[REG_T0] = 0; /* nobody waits for an answer */
        return sched_wake(thread_finish(t, OK), receiver);
    }
    if (ep->recv_handles == 0)
        return thread_finish(t, ERR_DEAD);
    if (!endpoint_may_wait(t))
        return thread_finish(t, ERR_WOULD_BLOCK);
    endpoint_wait(t, ep, &ep->senders, THREAD_WAIT_SEND);
    return schedule();
}

/* kills: 4.1; hint: a send that may not wait gets its error and loses its flags: made again with the same registers, it would wait. */
struct thread *
endpoint_send(struct thread *t, struct slot *via)
{
    struct endpoint *ep = object_endpoint(via->object);
    struct thread *receiver;

    if (ep->receivers) {
        receiver = endpoint_dequeue(&ep->receivers);
        message_copy(t, receiver, via->badge);
        receiver->x[REG_T0] = 0; /* nobody waits for an answer */
        return sched_wake(thread_finish(t, OK), receiver);
    }
    if (ep->recv_handles == 0)
        return thread_finish(t, ERR_DEAD);
    if (!endpoint_may_wait(t)) {
        t->x[REG_A1] &= MESSAGE_LABEL_MASK;
        return thread_finish(t, ERR_WOULD_BLOCK);
    }
    endpoint_wait(t, ep, &ep->senders, THREAD_WAIT_SEND);
    return schedule();
}

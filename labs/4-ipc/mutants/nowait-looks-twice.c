/* kills: 4.1; hint: a send that will not wait lets others run and looks once more before it gives up: that is waiting. */
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
    static bool is_first;
    if (!endpoint_may_wait(t) && (is_first = !is_first)) {
        t->x[REG_PC] -= 4; /* an ecall */
        ready_push(t);
        return schedule();
    }
    if (!endpoint_may_wait(t))
        return thread_finish(t, ERR_WOULD_BLOCK);
    endpoint_wait(t, ep, &ep->senders, THREAD_WAIT_SEND);
    return schedule();
}

/* kills: 3.3; hint: signal_send puts the woken thread into the ready queue and returns it as well: it is queued twice. */
struct thread *
signal_send(struct thread *t, uint64_t bits)
{
    t->pending |= bits;
    if (t->state == THREAD_WAIT_RECV)
        endpoint_cancel(t, OK);
    else if (t->state != THREAD_WAIT_SIGNAL)
        return NULL;
    signal_take(t);
    ready_push(t);
    return t;
}

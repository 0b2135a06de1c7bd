/* kills: 3.3; hint: a signal to a thread that does not wait is lost. */
struct thread *
signal_send(struct thread *t, uint64_t bits)
{
    if (t->state == THREAD_WAIT_RECV)
        endpoint_cancel(t, OK);
    else if (t->state != THREAD_WAIT_SIGNAL)
        return NULL;
    t->pending |= bits;
    signal_take(t);
    return t;
}

/* kills: 3.3; hint: a signal wakes a thread that has already been woken and is ready: its first signal is overwritten, and it is in the ready queue twice. */
struct thread *
signal_send(struct thread *t, uint64_t bits)
{
    t->pending |= bits;
    if (t->state == THREAD_WAIT_RECV)
        endpoint_cancel(t, OK);
    else if (t->state != THREAD_WAIT_SIGNAL && t->state != THREAD_READY)
        return NULL;
    signal_take(t);
    return t;
}

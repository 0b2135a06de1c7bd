/* kills: 3.3; hint: a thread that waits is woken without its message: it finds the registers of its own call. */
struct thread *
signal_send(struct thread *t, uint64_t bits)
{
    t->pending |= bits;
    if (t->state == THREAD_WAIT_RECV)
        endpoint_cancel(t, OK);
    else if (t->state != THREAD_WAIT_SIGNAL)
        return NULL;
    thread_finish(t, OK);
    return t;
}

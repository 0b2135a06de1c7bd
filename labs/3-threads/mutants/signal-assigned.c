/* kills: 3.3; hint: a signal takes the place of those that came before it and were not received. */
struct thread *
signal_send(struct thread *t, uint64_t bits)
{
    t->pending = bits;
    if (t->state == THREAD_WAIT_RECV)
        endpoint_cancel(t, OK);
    else if (t->state != THREAD_WAIT_SIGNAL)
        return NULL;
    signal_take(t);
    return t;
}

/* kills: 3.3; hint: a thread that is woken has to ask again for its signal. */
struct thread *
signal_send(struct thread *t, uint64_t bits)
{
    t->pending |= bits;
    if (t->state == THREAD_WAIT_RECV)
        endpoint_cancel(t, OK);
    else if (t->state != THREAD_WAIT_SIGNAL)
        return NULL;
    t->x[REG_PC] -= 4; /* an ecall: it asks again, and finds the bits */
    return t;
}

/* kills: 3.3; hint: a thread that waits is not woken by its signal: it has the bits and nobody lets it run. */
struct thread *
signal_send(struct thread *t, uint64_t bits)
{
    t->pending |= bits;
    if (t->state == THREAD_WAIT_RECV) {
        endpoint_cancel(t, OK);
        signal_take(t);
        return t;
    }
    return NULL;
}

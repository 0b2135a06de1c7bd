/* kills: 4.4; hint: a caller that leaves still stands in the queue of senders, as though it had waited for nothing but the reply. */
void
endpoint_cancel(struct thread *t, err_t error)
{
    if (t->state != THREAD_WAIT_CALL)
        endpoint_unqueue(t);
    t->state = THREAD_ENDED;
    thread_finish(t, error);
}

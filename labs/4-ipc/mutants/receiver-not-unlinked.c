/* kills: 4.4; hint: a receiver that leaves still stands in the queue, and messages go to the dead. */
void
endpoint_cancel(struct thread *t, err_t error)
{
    if (t->state != THREAD_WAIT_RECV)
        endpoint_unqueue(t);
    t->state = THREAD_ENDED;
    thread_finish(t, error);
}

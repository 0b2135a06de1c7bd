/* kills: 4.4; hint: whoever leaves a queue is not told why: its a0 still holds the handle. */
void
endpoint_cancel(struct thread *t, err_t error)
{
    endpoint_unqueue(t);
    t->state = THREAD_ENDED;
    (void)error;
}

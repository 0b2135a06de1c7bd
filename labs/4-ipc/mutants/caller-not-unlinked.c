/* kills: 4.4; hint: callers are looked for among the receivers, because they wait for something too: a caller that leaves still stands in the queue of senders. */
void
endpoint_cancel(struct thread *t, err_t error)
{
    struct endpoint *ep = t->endpoint;

    endpoint_unqueue(
        t->state == THREAD_WAIT_SEND ? &ep->senders : &ep->receivers, t);
    t->state = THREAD_ENDED;
    thread_finish(t, error);
}

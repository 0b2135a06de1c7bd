/* kills: 4.4; hint: when one leaves, all others in the queue are woken to begin their calls anew, instead of being left alone. */
void
endpoint_cancel(struct thread *t, err_t error)
{
    struct endpoint *ep = t->endpoint;
    struct thread **queue =
        t->state == THREAD_WAIT_RECV ? &ep->receivers : &ep->senders;

    endpoint_unqueue(queue, t);
    for (struct thread *other; *queue; ready_push(other)) {
        other = endpoint_dequeue(queue);
        other->x[REG_PC] -= 4; /* an ecall */
    }
    t->state = THREAD_ENDED;
    thread_finish(t, error);
}

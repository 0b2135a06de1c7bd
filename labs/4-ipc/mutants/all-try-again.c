/* kills: 4.4; hint: when one leaves, all others in the queue are woken to begin their calls anew, instead of being left alone. */
void
endpoint_cancel(struct thread *t, err_t error)
{
    struct thread **queue = endpoint_queue(t);

    endpoint_unqueue(t);
    for (struct thread *other; *queue; ready_push(other)) {
        other = endpoint_dequeue(queue);
        other->x[REG_PC] -= 4; /* an ecall */
    }
    t->state = THREAD_ENDED;
    thread_finish(t, error);
}

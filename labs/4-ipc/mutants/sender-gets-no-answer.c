/* kills: 4.1; hint: the call of a sender that waited is never finished: its a0 still holds the handle, which reads as an error. */
static inline struct thread *
sender_finish(struct thread *sender, struct thread *t)
{
    if (sender->state == THREAD_WAIT_CALL) {
        token_take(t, sender);
        return NULL;
    }
    t->x[REG_T0] = 0; /* nobody waits for an answer */
    return sender;
}

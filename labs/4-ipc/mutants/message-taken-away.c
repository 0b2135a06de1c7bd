/* kills: 4.1; hint: the message of a sender that waited is taken out of its registers, as though it could be only in one place. */
static inline struct thread *
sender_finish(struct thread *sender, struct thread *t)
{
    if (sender->state == THREAD_WAIT_CALL) {
        token_take(t, sender);
        return NULL;
    }
    t->x[REG_T0] = 0; /* nobody waits for an answer */
    sender->x[REG_A1] = 0;
    return thread_finish(sender, OK);
}

/* kills: 4.5; hint: one step is done and called the last: who stands further behind waits for ever. */
bool
endpoint_hangup(struct endpoint *ep)
{
    for (unsigned i = 0; i < STEP_ITEMS && ep->senders; i++) {
        struct thread *sender = endpoint_dequeue(&ep->senders);
        ready_push(thread_finish(sender, ERR_DEAD));
    }
    return true;
}

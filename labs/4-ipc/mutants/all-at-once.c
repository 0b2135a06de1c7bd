/* kills: 4.5; hint: all queued senders are finished in one step, however many they are, and nobody else runs meanwhile. */
bool
endpoint_hangup(struct endpoint *ep)
{
    while (ep->senders) {
        struct thread *sender = endpoint_dequeue(&ep->senders);
        ready_push(thread_finish(sender, ERR_DEAD));
    }
    return !ep->senders;
}

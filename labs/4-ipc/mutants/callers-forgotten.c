/* kills: 4.5; hint: queued callers are taken out of the queue and not told, as though they had only waited for a reply. */
bool
endpoint_hangup(struct endpoint *ep)
{
    for (unsigned i = 0; i < STEP_ITEMS && ep->senders; i++) {
        struct thread *sender = endpoint_dequeue(&ep->senders);
        if (sender->state == THREAD_WAIT_SEND)
            ready_push(thread_finish(sender, ERR_DEAD));
    }
    return !ep->senders;
}

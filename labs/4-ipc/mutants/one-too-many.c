/* kills: 4.5; hint: a step finishes one sender more than a step may. */
bool
endpoint_hangup(struct endpoint *ep)
{
    for (unsigned i = 0; i <= STEP_ITEMS && ep->senders; i++) {
        struct thread *sender = endpoint_dequeue(&ep->senders);
        ready_push(thread_finish(sender, ERR_DEAD));
    }
    return !ep->senders;
}

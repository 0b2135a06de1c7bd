/* kills: 4.5; hint: queued senders are woken to begin their calls anew, and only that ends them, instead of being told at once. */
bool
endpoint_hangup(struct endpoint *ep)
{
    for (unsigned i = 0; i < STEP_ITEMS && ep->senders; i++) {
        struct thread *sender = endpoint_dequeue(&ep->senders);
        sender->x[REG_PC] -= 4; /* an ecall */
        ready_push(sender);
    }
    return !ep->senders;
}

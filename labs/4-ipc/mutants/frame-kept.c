/* kills: 4.6; hint: something is allocated for each wait and never given back. */
static inline void
endpoint_wait(struct thread *t, struct endpoint *ep, struct thread **queue,
              enum thread_state state)
{
    t->endpoint = ep;
    t->state = (uint8_t)state;
    endpoint_enqueue(queue, t);
    paddr_t entry = payer_take(&t->process->payer, 1);
    (void)entry;
}

/* kills: 4.6; hint: something is allocated for each wait and never given back. */
void
endpoint_enqueue(struct thread **queue, struct thread *t)
{
    struct thread **place = queue;
    struct thread *head;

    while (*place && (*place)->priority > t->priority)
        place = &(*place)->lower;
    head = *place;
    if (head && head->priority == t->priority) {
        t->next = head;
        t->prev = head->prev;
        head->prev->next = t;
        head->prev = t;
    } else {
        t->next = t->prev = t;
        t->lower = head;
        *place = t;
    }
    paddr_t entry = payer_take(&t->process->payer, 1);
    (void)entry;
}

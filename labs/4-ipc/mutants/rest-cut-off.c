/* kills: 4.4; hint: those behind the one that leaves leave with it, and nobody knows of them any more. */
void
endpoint_unqueue(struct thread *t)
{
    struct thread **place = endpoint_queue(t);

    while (*place && *place != t)
        place = &(*place)->lower;
    if (*place) { /* at the head of its group */
        *place = t->lower;
    } else {
        t->prev->next = t->next;
        t->next->prev = t->prev;
    }
}

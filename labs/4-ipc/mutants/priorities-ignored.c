/* kills: 4.3; hint: the queue is in the order of arrival, whatever the priorities. */
void
endpoint_enqueue(struct thread **queue, struct thread *t)
{
    struct thread **place = queue;
    struct thread *head;

    head = *place;
    if (head) {
        t->next = head;
        t->prev = head->prev;
        head->prev->next = t;
        head->prev = t;
    } else {
        t->next = t->prev = t;
        t->lower = head;
        *place = t;
    }
}

/* kills: 3.1; hint: ready_top is set when the queue was empty, and does not rise when somebody more urgent comes. */
void
ready_push(struct thread *t)
{
    struct thread *first = ready_first[t->priority];

    t->state = THREAD_READY;
    if (first) {
        t->next = first;
        t->prev = first->prev;
        first->prev->next = t;
        first->prev = t;
    } else {
        t->next = t->prev = t;
        ready_first[t->priority] = t;
        ready_mask |= UINT64_C(1) << t->priority;
        if (ready_top == READY_NONE)
            ready_top = t->priority;
    }
}

/* kills: 3.1; hint: whoever becomes ready is put in front of those of its priority and not behind them. */
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
        ready_mask |= UINT64_C(1) << t->priority;
        if (ready_top < t->priority)
            ready_top = t->priority;
    }
    ready_first[t->priority] = t;
}

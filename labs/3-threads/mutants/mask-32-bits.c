/* kills: 3.1; hint: the bit of a priority above 31 is lost in the mask of those that have ready threads. */
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
        ready_mask |= (uint32_t)(UINT64_C(1) << t->priority);
        if (ready_top < t->priority)
            ready_top = t->priority;
    }
}

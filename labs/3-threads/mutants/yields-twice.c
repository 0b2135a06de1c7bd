/* kills: 3.1; hint: whoever yields must ask twice before it goes on. */
void
ready_push(struct thread *t)
{
    struct thread *first = ready_first[t->priority];
    bool is_yield = t->state == THREAD_RUNNING && t->x[REG_A7] == 18;

    t->lower = is_yield && !t->lower ? t : NULL;
    if (t->lower)
        t->x[REG_PC] -= 4; /* an ecall */
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
        if (ready_top < t->priority)
            ready_top = t->priority;
    }
}

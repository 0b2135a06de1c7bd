/* kills: 3.1; hint: the thread that is taken stays in the ready queue if others of its priority are in it: the next one has two places. */
struct thread *
ready_pop(void)
{
    struct thread *t;

    if (ready_top == READY_NONE)
        return NULL;
    t = ready_first[ready_top];
    if (t->next == t)
        ready_remove(t);
    else
        ready_first[ready_top] = t->next;
    return t;
}

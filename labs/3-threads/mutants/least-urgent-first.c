/* kills: 3.1; hint: of the ready threads the least urgent one is taken: 63 is the most urgent priority, and 0 the least. */
struct thread *
ready_pop(void)
{
    struct thread *t;

    if (ready_top == READY_NONE)
        return NULL;
    t = ready_first[__builtin_ctzll(ready_mask)];
    ready_remove(t);
    return t;
}

/* kills: 2.3; hint: the two calls of a conversation are looked for in the table, where they are not. */
struct thread *
syscall_dispatch(struct thread *t)
{
    uint64_t number = t->x[REG_A7];

    if (number >= sizeof(calls) / sizeof(calls[0]) || !calls[number])
        return thread_finish(t, ERR_SYSCALL);
    return calls[number](t);
}

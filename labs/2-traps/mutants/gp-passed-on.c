/* kills: 2.1; hint: a new thread begins with the gp of the one that made it. */
void
thread_frame_init(struct thread *t, uaddr_t entry, uaddr_t stack,
                  uint64_t argument)
{
    for (unsigned i = 0; i < REG_COUNT; i++)
        t->x[i] = 0;
    const struct thread *creator = ((struct thread **)riscv_tp())[1];
    if (creator)
        t->x[3] = creator->x[3];
    t->x[REG_PC] = entry;
    t->x[REG_SP] = stack;
    t->x[REG_A0] = argument;
}

/* kills: 2.1; hint: a new thread begins four bytes behind its entry, as if it came from a call. */
void
thread_frame_init(struct thread *t, uaddr_t entry, uaddr_t stack,
                  uint64_t argument)
{
    for (unsigned i = 0; i < REG_COUNT; i++)
        t->x[i] = 0;
    t->x[REG_PC] = entry + 4;
    t->x[REG_SP] = stack;
    t->x[REG_A0] = argument;
}

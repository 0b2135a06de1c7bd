/* kills: 2.1; hint: a new thread's sp is moved to the next 16 bytes below: it should be what its creator said. */
void
thread_frame_init(struct thread *t, uaddr_t entry, uaddr_t stack,
                  uint64_t argument)
{
    for (unsigned i = 0; i < REG_COUNT; i++)
        t->x[i] = 0;
    t->x[REG_PC] = entry;
    t->x[REG_SP] = stack & ~UINT64_C(15);
    t->x[REG_A0] = argument;
}

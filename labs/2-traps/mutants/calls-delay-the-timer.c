/* kills: 2.2; hint: with each call a thread gets a millisecond more before the timer may interrupt it. */
APART __attribute__((flatten)) struct thread *
trap(struct thread *t, uint64_t cause, uaddr_t pc)
{
    if (DEBUG)
        check_enter(t);
    if (unlikely(cause != CAUSE_USER_CALL)) {
        t = trap_other(t, cause, pc);
    } else {
        t->x[REG_PC] = pc + ECALL_BYTES;
        t = syscall_dispatch(t);
        timer_slice_restart();
        hart_this()->slice_end += 10000; /* ticks */
        timer_update();
    }
    if (DEBUG)
        check_exit(t);
    return t;
}

/* kills: 2.4; hint: a fault ends the thread and not its process. */
struct thread *
fault_raise(struct thread *t, uint64_t cause, uaddr_t address)
{
    if (fault_is_spurious(t, cause, address)) {
        riscv_flush_page(address, t->process->space.asid);
        return t;
    }
    t->fault_cause = cause;
    t->fault_address = address;
    t->state = THREAD_ENDED;
    return schedule();
}

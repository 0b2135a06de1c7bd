/* kills: 2.4; hint: a program that faulted may try once more before it ends. */
struct thread *
fault_raise(struct thread *t, uint64_t cause, uaddr_t address)
{
    if (fault_is_spurious(t, cause, address)) {
        riscv_flush_page(address, t->process->space.asid);
        return t;
    }
    static bool is_second;
    if ((is_second = !is_second))
        return t;
    t->fault_cause = cause;
    t->fault_address = address;
    return fault_deliver(t);
}

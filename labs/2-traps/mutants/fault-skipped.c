/* kills: 2.4; hint: a program that faulted goes on behind the instruction. */
struct thread *
fault_raise(struct thread *t, uint64_t cause, uaddr_t address)
{
    if (fault_is_spurious(t, cause, address)) {
        riscv_flush_page(address, t->process->space.asid);
        return t;
    }
    t->fault_cause = cause;
    t->fault_address = address;
    t->x[REG_PC] += 4;
    return t;
}

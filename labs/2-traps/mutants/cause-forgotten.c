/* kills: 2.4; hint: the cause of a fault is not noted. */
struct thread *
fault_raise(struct thread *t, uint64_t cause, uaddr_t address)
{
    if (fault_is_spurious(t, cause, address)) {
        riscv_flush_page(address, t->process->space.asid);
        return t;
    }
    t->fault_address = address;
    return fault_deliver(t);
}

/* SPDX-License-Identifier: MIT */
/* The functions in C once more, each in another way. */

void
thread_frame_init(struct thread *t, uaddr_t entry, uaddr_t stack,
                  uint64_t argument)
{
    __builtin_memset(t->x, 0, sizeof(t->x));
    t->x[REG_A0] = argument;
    t->x[REG_SP] = stack;
    t->x[REG_PC] = entry;
}

struct thread *
syscall_dispatch(struct thread *t)
{
    uint64_t number = t->x[REG_A7];

    if (number < sizeof(calls) / sizeof(calls[0]) && calls[number] != NULL)
        return calls[number](t);
    if (number == SYS_ENDPOINT_REPLY_RECV)
        return sys_endpoint_reply_recv(t);
    if (number == SYS_ENDPOINT_CALL)
        return sys_endpoint_call(t);
    return thread_finish(t, ERR_SYSCALL);
}

/* Notes the fault first; a spurious one is tried again all the same. */
struct thread *
fault_raise(struct thread *t, uint64_t cause, uaddr_t address)
{
    t->fault_address = address;
    t->fault_cause = cause;
    if (!fault_is_spurious(t, cause, address))
        return fault_deliver(t);
    riscv_flush_page(address, t->process->space.asid);
    return t;
}

/* Enables first: what is armed for the past rings once more and is asked
 * about again. */
void
timer_arm(uint64_t ticks)
{
    CSR_SET(sie, SIE_STIE);
    if (!timer.has_sstc) {
        sbi_timer_set(ticks);
        return;
    }
    riscv_stimecmp_write(ticks);
}

bool
timer_tick(void)
{
    struct hart *hart = hart_this();
    bool is_over = hart->is_slice_armed && hart->slice_end <= riscv_time();

    if (is_over)
        hart->is_slice_armed = false;
    return is_over;
}

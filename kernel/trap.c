/* SPDX-License-Identifier: MIT */
/* What a trap from user mode is: a call, an interrupt or a fault.
 *
 * The pc moves behind the ecall before the call is looked at; a call that is to
 * be tried again moves it back (syscall_again). */
#include "trap.h"

#include "fault.h"
#include "riscv.h"
#include "sched.h"
#include "syscall.h"
#include "timer.h"

/* Everything that is not a system call. */
static COLD struct thread *
trap_other(struct thread *t, uint64_t cause)
{
    riscv_reservation_clear();
    if (cause == CAUSE_TIMER) {
        timer_tick();
        return slice_tick(t);
    }
    if (cause & CAUSE_INTERRUPT)
        panic("an interrupt that nobody enabled");
    return fault_raise(t, cause, CSR_READ(stval));
}

/* Flattened: what is not cold is compiled into this one function, so that a
 * message crosses the kernel without a stack frame. */
__attribute__((flatten)) struct thread *
trap(struct thread *t, uint64_t cause)
{
    if (unlikely(cause != CAUSE_USER_CALL))
        return trap_other(t, cause);
    t->x[REG_PC] += ECALL_BYTES;
    return syscall_dispatch(t);
}

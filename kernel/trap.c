/* SPDX-License-Identifier: MIT */
/* What a trap from user mode is: a call, an interrupt or a fault.
 *
 * A call goes on behind its ecall, a fault and an interrupted thread where
 * they were. A call that is to be tried again goes back (syscall_again). */
#include "trap.h"

#include "call.h"
#include "check.h"
#include "deadline.h"
#include "fault.h"
#include "hart.h"
#include "irq.h"
#include "process.h"
#include "riscv.h"
#include "sched.h"
#include "signals.h"
#include "syscall.h"
#include "timer.h"
#include "trace.h"

/* Signals the threads whose deadlines have come, a step's worth: the timer is
 * armed for the next, be it past. */
static void
trap_deadlines(void)
{
    uint64_t now = riscv_time();

    for (unsigned i = 0; i < STEP_ITEMS; i++) {
        struct thread *t = deadline_expire(now);
        struct thread *woken = t ? signal_send(t, t->deadline_bits) : NULL;
        if (!t)
            break;
        if (woken)
            ready_push(woken);
    }
}

/* Deals with one interrupt; whether the slice of this hart is over. */
static bool
trap_interrupt(uint64_t cause)
{
    bool is_slice_over = false;

    if (cause == CAUSE_TIMER) {
        is_slice_over = timer_tick();
        trap_deadlines();
        timer_update();
    } else if (cause == CAUSE_SOFTWARE) {
        CSR_CLEAR(sip, SIE_SSIE);
        hart_this()->is_interrupted = false;
        trace_follow();
    } else if (cause == CAUSE_EXTERNAL) {
        irq_raise();
    } else {
        panic("an interrupt that nobody enabled");
    }
    return is_slice_over;
}

void
trap_poll(void)
{
    uint64_t pending = CSR_READ(sip) & CSR_READ(sie);

    if (pending & SIE_STIE)
        (void)trap_interrupt(CAUSE_TIMER);
    if (pending & SIE_SSIE)
        (void)trap_interrupt(CAUSE_SOFTWARE);
    if (pending & SIE_SEIE)
        (void)trap_interrupt(CAUSE_EXTERNAL);
}

/* Everything that is not a system call. */
static COLD struct thread *
trap_other(struct thread *t, uint64_t cause, uaddr_t pc)
{
    t->x[REG_PC] = pc;
    riscv_reservation_clear();
    if (!(cause & CAUSE_INTERRUPT))
        return fault_raise(t, cause, CSR_READ(stval));
    if (!trap_interrupt(cause) && !t->process->is_dying)
        return sched_resume(t);
    call_settle(t);
    return slice_tick(t);
}

/* Flattened: what is not cold is compiled into this one function, so that a
 * message crosses the kernel without a stack frame; and one function, whichever
 * entry calls it. */
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
    }
    if (DEBUG)
        check_exit(t);
    return t;
}

/* What was delivered to whom need not be recorded: it follows from who came in
 * with which call and who left. */
struct thread *
trap_traced(struct thread *t, uint64_t cause, uaddr_t pc)
{
    trace_trap(thread_id(t), (unsigned)t->x[REG_A7], cause, t->x[REG_A0]);
    t = trap(t, cause, pc);
    trace_note(TRACE_LEAVE, thread_id(t), t->x[REG_A0], t->x[REG_A1]);
    return t;
}

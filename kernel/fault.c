/* SPDX-License-Identifier: MIT */
/* Faults: traps that the program brought about and that are not calls.
 *
 * A fault whose page-table entry allows what was tried is spurious: the hart
 * knew an older entry. It is flushed and tried again [priv 10.2.1].
 *
 * Called by trap.c. */
#include "fault.h"

#include "cause.h"
#include "log.h"
#include "process.h"
#include "riscv.h"
#include "sched.h"

/* Whether the tables allow what the hart refused. */
static bool
fault_is_spurious(const struct thread *t, uint64_t cause, uaddr_t address)
{
    pte_t pte = space_entry(&t->process->space, address);

    if (cause == CAUSE_FETCH_PAGE)
        return pte & PTE_X;
    if (cause == CAUSE_LOAD_PAGE)
        return pte & PTE_R;
    if (cause == CAUSE_STORE_PAGE)
        return pte & PTE_W;
    return false;
}

/* Lab: traps-fault */
struct thread *
fault_raise(struct thread *t, uint64_t cause, uaddr_t address)
{
    if (fault_is_spurious(t, cause, address)) {
        riscv_flush_page(address, t->process->space.asid);
        return t;
    }
    log_format("FAULT %s thread %u: %s, pc %x, address %x\n", t->process->name,
               thread_id(t), cause_text(cause), t->x[REG_PC], address);
    t->state = THREAD_ENDED;
    process_end(t->process, -(int64_t)cause);
    return schedule();
}

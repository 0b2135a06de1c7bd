/* SPDX-License-Identifier: MIT */
/* Where the exercises of lab 2 start: the bodies that a student finds. Those
 * of assembly are in stubs.S. */
#include "thread.h"

#include "fault.h"
#include "panic.h"
#include "syscall.h"
#include "timer.h"

void
thread_frame_init(struct thread *t, uaddr_t entry, uaddr_t stack,
                  uint64_t argument)
{
    /* Exercise 2.1. Read enum frame_register and the comment above the
     * declaration in thread.h, and who calls this: boot_first_process in
     * main.c and sys_thread_create in syscall_process.c.
     *
     * Until then no program can begin. */
    (void)t;
    (void)entry;
    (void)stack;
    (void)argument;
    panic("thread_frame_init is still to be written (exercise 2.1)");
}

struct thread *
syscall_dispatch(struct thread *t)
{
    /* Exercise 2.3. Read abi/syscall.h, the comment at the top of this file,
     * and the table above. Not every number has somebody in the table.
     *
     * Until then there are only the calls with which a program begins, and
     * speaks, and starts another; all other numbers are refused. */
    (void)calls;
    switch (t->x[REG_A7]) {
    case SYS_THREAD_CREATE:
        return sys_thread_create(t);
    case SYS_THREAD_EXIT:
        return sys_thread_exit(t);
    case SYS_THREAD_YIELD:
        return sys_thread_yield(t);
    case SYS_PROCESS_CREATE:
        return sys_process_create(t);
    case SYS_MEMORY_CREATE:
        return sys_memory_create(t);
    case SYS_MEMORY_MAP:
        return sys_memory_map(t);
    case SYS_MEMORY_UNMAP:
        return sys_memory_unmap(t);
    case SYS_HANDLE_COPY:
        return sys_handle_copy(t);
    case SYS_HANDLE_MINT:
        return sys_handle_mint(t);
    case SYS_HANDLE_CLOSE:
        return sys_handle_close(t);
    case SYS_MACHINE_LOG:
        return sys_machine_log(t);
    default:
        return thread_finish(t, ERR_UNFINISHED);
    }
}

struct thread *
fault_raise(struct thread *t, uint64_t cause, uaddr_t address)
{
    /* Exercise 2.4. Read the top of this file, struct thread for what a fault
     * leaves in its record, and fault_deliver below, which goes on from here.
     *
     * Until then a program that faults stops the machine: to go on would only
     * bring the same fault again. */
    (void)fault_is_spurious;
    (void)t;
    (void)cause;
    (void)address;
    panic("a program faulted, and fault_raise is still to be written "
          "(exercise 2.4)");
}

void
timer_arm(uint64_t ticks)
{
    /* Exercise 2.5. Read the top of this file, riscv.h for the registers, and
     * sbi.h for a hart that has none of its own.
     *
     * Until then nobody is ever interrupted: whoever does not yield keeps the
     * hart. */
    (void)ticks;
}

bool
timer_tick(void)
{
    /* Exercise 2.5. Read the declaration in timer.h, struct hart, and who asks:
     * trap_interrupt in trap.c. The timer rings for deadlines too.
     *
     * Until then no slice is ever over. */
    return false;
}

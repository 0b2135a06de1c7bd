/* SPDX-License-Identifier: MIT */
/* Who gets which call, and what the calls have in common.
 *
 * All calls have one shape: look the handles up, check everything, commit.
 * Below the line "Commit: nothing below may fail" nothing does, so there is
 * nothing to undo. The answer is an error in a0, results in a1 and up.
 *
 * syscall_dispatch tests for the two calls of a conversation first: they are
 * the ones that must be fast, and there is no second way to make them. */
#include "syscall.h"

#include "process.h"

struct thread *
syscall_again(struct thread *t)
{
    t->x[REG_PC] -= ECALL_BYTES;
    return t;
}

struct slot *
argument_handle(struct thread *t, enum frame_register argument, unsigned need)
{
    struct handle_table *table = &t->process->handles;
    struct slot *slot = handle_get(table, t->x[argument], need);

    if (!slot)
        thread_finish(t, handle_error(table, t->x[argument], need));
    return slot;
}

bool
is_ending(struct thread *t, const struct process *p)
{
    if (p->is_dying)
        thread_finish(t, ERR_DEAD);
    return p->is_dying;
}

struct process *
argument_process(struct thread *t, rights_t rights)
{
    struct slot *slot = argument_handle(t, REG_A0, KEY(OBJECT_PROCESS, rights));
    struct process *p;

    if (!slot)
        return NULL;
    p = object_process(slot->object);
    return is_ending(t, p) ? NULL : p;
}

struct thread *
finish_with_handle(struct thread *t, struct object *object,
                   enum object_type type)
{
    struct process *p = t->process;
    struct slot *slot =
        handle_create(&p->handles, p, object, KEY(type, RIGHTS_ALL));

    t->x[REG_A1] = slot->name;
    return thread_finish(t, OK);
}

static struct thread *
sys_null(struct thread *t)
{
    return thread_finish(t, OK);
}

/* Who does which call; the two of a conversation are not here. */
static struct thread *(*const calls[])(struct thread *t) = {
    [SYS_ENDPOINT_SEND] = sys_endpoint_send,
    [SYS_ENDPOINT_REPLY] = sys_endpoint_reply,
    [SYS_ENDPOINT_CREATE] = sys_endpoint_create,
    [SYS_LEASE_READ] = sys_lease_read,
    [SYS_LEASE_WRITE] = sys_lease_write,
    [SYS_NULL] = sys_null,
    [SYS_THREAD_CREATE] = sys_thread_create,
    [SYS_THREAD_EXIT] = sys_thread_exit,
    [SYS_THREAD_YIELD] = sys_thread_yield,
    [SYS_THREAD_SIGNAL] = sys_thread_signal,
    [SYS_THREAD_DEADLINE] = sys_thread_deadline,
    [SYS_PROCESS_CREATE] = sys_process_create,
    [SYS_PROCESS_KILL] = sys_process_kill,
    [SYS_PROCESS_SUPERVISE] = sys_process_supervise,
    [SYS_PROCESS_INSPECT] = sys_process_inspect,
    [SYS_MEMORY_CREATE] = sys_memory_create,
    [SYS_MEMORY_MAP] = sys_memory_map,
    [SYS_MEMORY_UNMAP] = sys_memory_unmap,
    [SYS_MEMORY_CUT] = sys_memory_cut,
    [SYS_MEMORY_ADDRESS] = sys_memory_address,
    [SYS_HANDLE_COPY] = sys_handle_copy,
    [SYS_HANDLE_MINT] = sys_handle_mint,
    [SYS_HANDLE_CLOSE] = sys_handle_close,
    [SYS_HANDLE_REVOKE] = sys_handle_revoke,
    [SYS_IRQ_CREATE] = sys_irq_create,
    [SYS_IRQ_BIND] = sys_irq_bind,
    [SYS_IRQ_ACK] = sys_irq_ack,
    [SYS_MACHINE_LOG] = sys_machine_log,
    [SYS_MACHINE_POWER_OFF] = sys_machine_power_off,
    [SYS_MACHINE_INSPECT] = sys_machine_inspect,
    [SYS_MACHINE_TRACE] = sys_machine_trace,
};

/* Lab: traps-dispatch */
struct thread *
syscall_dispatch(struct thread *t)
{
    uint64_t number = t->x[REG_A7];

    if (likely(number == SYS_ENDPOINT_CALL))
        return sys_endpoint_call(t);
    if (likely(number == SYS_ENDPOINT_REPLY_RECV))
        return sys_endpoint_reply_recv(t);
    if (number >= sizeof(calls) / sizeof(calls[0]) || !calls[number])
        return thread_finish(t, ERR_SYSCALL);
    return calls[number](t);
}

/* SPDX-License-Identifier: MIT */
/* The calls about the machine: interrupt lines, and what only the root may do.
 *
 * Same shape as in syscall.c: look up, check, commit. */
#include "syscall.h"

#include "inspect.h"
#include "irq.h"
#include "log.h"
#include "machine.h"
#include "process.h"
#include "sched.h"
#include "trace.h"

struct thread *
sys_irq_create(struct thread *t)
{
    struct process *p = argument_process(t, PROCESS_CHARGE);
    const struct slot *root =
        p ? argument_handle(t, REG_A1, KEY(OBJECT_IRQ, IRQ_BIND)) : NULL;
    uint64_t line = t->x[REG_A2];
    struct irq *irq;
    err_t error;

    if (!root)
        return t;
    if (object_irq(root->object) != &irq_root || !plic_is_there() || line < 1 ||
        line >= IRQ_LINES)
        return thread_finish(t, ERR_ARGUMENT);
    if (handle_table_is_full(&t->process->handles))
        return thread_finish(t, ERR_FULL);
    error = irq_create(&p->payer, (unsigned)line, &irq);
    if (error)
        return thread_finish(t, error);

    /* Commit: nothing below may fail. */
    return finish_with_handle(t, &irq->object, OBJECT_IRQ);
}

/* The interrupt line in a0, or NULL with the call of `t` finished. */
static struct irq *
argument_irq(struct thread *t)
{
    const struct slot *slot =
        argument_handle(t, REG_A0, KEY(OBJECT_IRQ, IRQ_BIND));

    return slot ? object_irq(slot->object) : NULL;
}

struct thread *
sys_irq_bind(struct thread *t)
{
    struct irq *irq = argument_irq(t);
    const struct slot *slot =
        irq ? argument_handle(t, REG_A1, KEY(OBJECT_THREAD, THREAD_SIGNAL))
            : NULL;
    struct thread *bound;

    if (!slot)
        return t;
    bound = object_thread(slot->object);
    if (is_ending(t, bound->process))
        return t;
    if (irq == &irq_root || slot->badge == 0)
        return thread_finish(t, ERR_ARGUMENT);

    /* Commit: nothing below may fail. */
    irq_bind(irq, bound, slot->badge);
    return thread_finish(t, OK);
}

struct thread *
sys_irq_ack(struct thread *t)
{
    struct irq *irq = argument_irq(t);

    if (!irq)
        return t;
    return thread_finish(t, irq_ack(irq) ? OK : ERR_ARGUMENT);
}

struct thread *
sys_machine_log(struct thread *t)
{
    uint64_t length = t->x[REG_A1];

    if (!argument_handle(t, REG_A0, KEY(OBJECT_MACHINE, MACHINE_LOG)))
        return t;
    if (length > MACHINE_LOG_BYTES)
        return thread_finish(t, ERR_ARGUMENT);
    for (unsigned i = 0; i < length; i++)
        log_char((char)(t->x[REG_A2 + i / 8] >> i % 8 * 8));
    return thread_finish(t, OK);
}

struct thread *
sys_machine_power_off(struct thread *t)
{
    if (!argument_handle(t, REG_A0, KEY(OBJECT_MACHINE, MACHINE_POWER)))
        return t;
    if (t->x[REG_A1] > MACHINE_STATUS_MAX)
        return thread_finish(t, ERR_ARGUMENT);
    machine_power_off((unsigned)t->x[REG_A1]);
}

/* Looks for a thread from the id in a1 on, a step's worth a call. */
struct thread *
sys_machine_inspect(struct thread *t)
{
    enum { KIND_THREAD, KIND_PROCESS };
    uint64_t id = t->x[REG_A1], kind = t->x[REG_A2];

    if (!argument_handle(t, REG_A0, KEY(OBJECT_MACHINE, MACHINE_INSPECT)))
        return t;
    if (kind > KIND_PROCESS)
        return thread_finish(t, ERR_ARGUMENT);
    for (unsigned i = 0; i < STEP_ITEMS && id < thread_id_limit(); i++, id++) {
        if (!threads[id]->process)
            continue;
        if (kind == KIND_THREAD)
            inspect_thread(t, threads[id]);
        else
            inspect_process(t, threads[id]->process);
        return thread_finish(t, OK);
    }
    t->x[REG_A1] = id;
    if (id < thread_id_limit())
        return sched_resume(syscall_again(t));
    t->x[REG_A1] = 0; /* there is none */
    return thread_finish(t, OK);
}

struct thread *
sys_machine_trace(struct thread *t)
{
    if (!argument_handle(t, REG_A0, KEY(OBJECT_MACHINE, MACHINE_TRACE)))
        return t;
    if (t->x[REG_A1] > 1)
        return thread_finish(t, ERR_ARGUMENT);
    trace_switch(t->x[REG_A1]);
    return thread_finish(t, OK);
}

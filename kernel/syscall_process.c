/* SPDX-License-Identifier: MIT */
/* The calls about who runs: processes and threads.
 *
 * Same shape as in syscall.c: look up, check, commit. A new handle goes into
 * the table of the caller. Room in it is checked before anything is made. */
#include "syscall.h"

#include "call.h"
#include "deadline.h"
#include "dying.h"
#include "inspect.h"
#include "process.h"
#include "sched.h"
#include "signals.h"
#include "timer.h"

static bool
is_power_of_two(uint64_t n)
{
    return n && (n & (n - 1)) == 0;
}

struct thread *
sys_process_create(struct thread *t)
{
    struct process *creator = argument_process(t, PROCESS_CHARGE);
    struct process_plan plan = {
        .quota = t->x[REG_A1],
        .slots = t->x[REG_A2],
        .priority_max = (unsigned)t->x[REG_A3],
        .name = {t->x[REG_A4], t->x[REG_A5]},
    };
    struct process *p;
    err_t error;

    if (!creator)
        return t;
    if (!is_power_of_two(plan.slots) || plan.slots < PROCESS_SLOTS_MIN ||
        plan.slots > PROCESS_SLOTS_MAX || t->x[REG_A3] > creator->priority_max)
        return thread_finish(t, ERR_ARGUMENT);
    if (handle_table_is_full(&t->process->handles))
        return thread_finish(t, ERR_FULL);
    error = process_create(creator, &plan, &p);
    if (error)
        return thread_finish(t, error);

    /* Commit: nothing below may fail. */
    return finish_with_handle(t, &p->object, OBJECT_PROCESS);
}

struct thread *
sys_process_kill(struct thread *t)
{
    struct slot *slot =
        argument_handle(t, REG_A0, KEY(OBJECT_PROCESS, PROCESS_KILL));

    if (!slot)
        return t;

    /* Commit: nothing below may fail. The caller may belong to the process;
     * then schedule() drops it. */
    process_end(object_process(slot->object),
                (struct process_death){ENDED_KILLED, (int64_t)t->x[REG_A1], 0});
    ready_push(thread_finish(t, OK));
    return schedule();
}

struct thread *
sys_thread_create(struct thread *t)
{
    struct process *p = argument_process(t, PROCESS_THREADS);
    uint64_t priority = t->x[REG_A4];
    struct thread *created;
    err_t error;

    if (!p)
        return t;
    if (priority > p->priority_max)
        return thread_finish(t, ERR_ARGUMENT);
    if (handle_table_is_full(&t->process->handles))
        return thread_finish(t, ERR_FULL);
    error = thread_create(p, (unsigned)priority, &created);
    if (error)
        return thread_finish(t, error);

    /* Commit: nothing below may fail. */
    thread_frame_init(created, t->x[REG_A1], t->x[REG_A2], t->x[REG_A3]);
    finish_with_handle(t, &created->object, OBJECT_THREAD);
    return sched_wake(t, created);
}

struct thread *
sys_process_supervise(struct thread *t)
{
    struct process *p = argument_process(t, PROCESS_HANDLES);
    unsigned need = KEY(OBJECT_ENDPOINT, RIGHT_DERIVE | ENDPOINT_SEND);
    struct slot *source = p ? argument_handle(t, REG_A1, need) : NULL;
    struct slot *old;

    if (!source)
        return t;
    if (source->object->class->is_retired)
        return thread_finish(t, ERR_DEAD);

    /* Commit: nothing below may fail. */
    old = handle_fault(&p->handles);
    if (old && !handle_delete(&p->handles, old))
        return sched_resume(syscall_again(t));
    handle_derive_fault(source, &p->handles, p);
    return sched_resume(thread_finish(t, OK));
}

struct thread *
sys_process_inspect(struct thread *t)
{
    const struct slot *slot =
        argument_handle(t, REG_A0, KEY(OBJECT_PROCESS, PROCESS_INSPECT));

    if (!slot)
        return t;
    inspect_process(t, object_process(slot->object));
    return thread_finish(t, OK);
}

struct thread *
sys_thread_yield(struct thread *t)
{
    call_settle(t);
    ready_push(thread_finish(t, OK));
    return schedule();
}

struct thread *
sys_thread_exit(struct thread *t)
{
    if (!thread_exit(t, (int64_t)t->x[REG_A0]))
        return syscall_again(t);
    return schedule();
}

struct thread *
sys_thread_signal(struct thread *t)
{
    const struct slot *slot =
        argument_handle(t, REG_A0, KEY(OBJECT_THREAD, THREAD_SIGNAL));
    struct thread *woken;

    if (!slot)
        return t;
    if (slot->badge == 0)
        return thread_finish(t, ERR_ARGUMENT);

    /* Commit: nothing below may fail. */
    woken = signal_send(object_thread(slot->object), slot->badge);
    return sched_wake(thread_finish(t, OK), woken);
}

struct thread *
sys_thread_deadline(struct thread *t)
{
    uint64_t ticks = t->x[REG_A0], bits = t->x[REG_A1];

    if (ticks != DEADLINE_NONE && bits == 0)
        return thread_finish(t, ERR_ARGUMENT);

    /* Commit: nothing below may fail. */
    deadline_set(t, ticks, bits);
    timer_update();
    return thread_finish(t, OK);
}

/* SPDX-License-Identifier: MIT */
/* The calls that make things: processes, threads, endpoints, memory, handles.
 *
 * Same shape as in syscall.c: look up, check, commit. A new handle goes into
 * the table of the caller, or of the process that the call names. Room in
 * that table is checked before anything is made. */
#include "syscall.h"

#include "endpoint.h"
#include "memory.h"
#include "process.h"
#include "sched.h"

/* The handle in argument register `argument`, or NULL with the call of `t`
 * finished. */
static struct slot *
argument_handle(struct thread *t, enum frame_register argument, unsigned need)
{
    struct handle_table *table = &t->process->handles;
    struct slot *slot = handle_get(table, t->x[argument], need);

    if (!slot)
        thread_finish(t, handle_error(table, t->x[argument], need));
    return slot;
}

/* Whether the process is ending; then the call of `t` is finished. */
static bool
is_ending(struct thread *t, const struct process *p)
{
    if (p->is_dying)
        thread_finish(t, ERR_DEAD);
    return p->is_dying;
}

/* The process in a0, which must not be ending, or NULL with the call of `t`
 * finished. */
static struct process *
argument_process(struct thread *t, rights_t rights)
{
    struct slot *slot = argument_handle(t, REG_A0, KEY(OBJECT_PROCESS, rights));
    struct process *p;

    if (!slot)
        return NULL;
    p = object_process(slot->object);
    return is_ending(t, p) ? NULL : p;
}

/* The call of `t` is finished with a new handle, with all rights, to
 * `object`. */
static struct thread *
finish_with_handle(struct thread *t, struct object *object,
                   enum object_type type)
{
    struct process *p = t->process;
    struct slot *slot =
        handle_create(&p->handles, p, object, KEY(type, RIGHTS_ALL));

    t->x[REG_A1] = slot->name;
    return thread_finish(t, OK);
}

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
    process_end(object_process(slot->object), (int64_t)t->x[REG_A1]);
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
sys_endpoint_create(struct thread *t)
{
    struct process *p = argument_process(t, PROCESS_CHARGE);
    struct endpoint *ep;
    err_t error;

    if (!p)
        return t;
    if (handle_table_is_full(&t->process->handles))
        return thread_finish(t, ERR_FULL);
    error = endpoint_create(&p->payer, &ep);
    if (error)
        return thread_finish(t, error);

    /* Commit: nothing below may fail. */
    endpoint_recv_handle_added(&ep->object);
    return finish_with_handle(t, &ep->object, OBJECT_ENDPOINT);
}

struct thread *
sys_memory_create(struct thread *t)
{
    struct process *p = argument_process(t, PROCESS_CHARGE);
    uint64_t pages = t->x[REG_A1];
    struct memory *memory;
    err_t error;

    if (!p)
        return t;
    if (pages < 1 || pages > MEMORY_PAGES_MAX)
        return thread_finish(t, ERR_ARGUMENT);
    if (handle_table_is_full(&t->process->handles))
        return thread_finish(t, ERR_FULL);
    error = memory_create(&p->payer, (unsigned)pages, &memory);
    if (error)
        return thread_finish(t, error);

    /* Commit: nothing below may fail. */
    return finish_with_handle(t, &memory->object, OBJECT_MEMORY);
}

/* Whether memory can be mapped so: readable or executable, writable only if
 * readable [priv 10.3.1], never writable and executable. */
static bool
are_map_rights(uint64_t rights)
{
    uint64_t known = MEMORY_READ | MEMORY_WRITE | MEMORY_EXEC;

    return rights && !(rights & ~known) &&
           (!(rights & MEMORY_WRITE) ||
            (rights & (MEMORY_READ | MEMORY_EXEC)) == MEMORY_READ);
}

struct thread *
sys_memory_map(struct thread *t)
{
    uint64_t first = t->x[REG_A3], pages = t->x[REG_A4], rights = t->x[REG_A5];
    unsigned need = KEY(OBJECT_MEMORY, RIGHT_DERIVE | (rights & RIGHTS_ALL));
    struct slot *into =
        argument_handle(t, REG_A0, KEY(OBJECT_PROCESS, PROCESS_MAP));
    struct slot *slot = into ? argument_handle(t, REG_A1, need) : NULL;
    struct memory *memory;
    struct process *p;

    if (!slot || is_ending(t, p = object_process(into->object)))
        return t;
    memory = object_memory(slot->object);
    if (!are_map_rights(rights) || pages < 1 || pages > MEMORY_PAGES_MAX ||
        first >= memory->pages || pages > memory->pages - first)
        return thread_finish(t, ERR_ARGUMENT);
    return thread_finish(t, memory_map(p, slot, t->x[REG_A2], first,
                                       (unsigned)pages, (rights_t)rights));
}

struct thread *
sys_memory_unmap(struct thread *t)
{
    struct process *p = argument_process(t, PROCESS_MAP);
    uint64_t pages = t->x[REG_A2];

    if (!p)
        return t;
    if (pages < 1 || pages > MEMORY_PAGES_MAX)
        return thread_finish(t, ERR_ARGUMENT);
    return thread_finish(t, memory_unmap(p, t->x[REG_A1], (unsigned)pages));
}

/* Copies the handle in a0 into the table of the process in a1, with at most
 * the rights in a2; with the badge in a3 if `is_mint`. */
static struct thread *
handle_copy(struct thread *t, unsigned need, bool is_mint)
{
    struct slot *source = argument_handle(t, REG_A0, need);
    struct slot *into =
        source
            ? argument_handle(t, REG_A1, KEY(OBJECT_PROCESS, PROCESS_HANDLES))
            : NULL;
    uint64_t rights = t->x[REG_A2], badge = t->x[REG_A3];
    struct process *target;
    struct slot *copy;

    if (!into || is_ending(t, target = object_process(into->object)))
        return t;
    if (rights > RIGHTS_ALL || (is_mint && (source->badge != 0 || badge == 0)))
        return thread_finish(t, ERR_ARGUMENT);
    if (handle_table_is_full(&target->handles))
        return thread_finish(t, ERR_FULL);

    /* Commit: nothing below may fail. */
    copy = handle_derive(source, &target->handles, target, (rights_t)rights,
                         is_mint ? badge : source->badge);
    if (!(KEY(OBJECT_ENDPOINT, ENDPOINT_RECV) & ~(unsigned)copy->node.key))
        endpoint_recv_handle_added(copy->object);
    t->x[REG_A1] = copy->name;
    return thread_finish(t, OK);
}

struct thread *
sys_handle_copy(struct thread *t)
{
    return handle_copy(t, RIGHT_DERIVE, false);
}

struct thread *
sys_handle_mint(struct thread *t)
{
    return handle_copy(t, KEY(OBJECT_ENDPOINT, RIGHT_DERIVE), true);
}

struct thread *
sys_handle_close(struct thread *t)
{
    struct slot *slot = argument_handle(t, REG_A0, 0);
    struct handle_table *table = &t->process->handles;

    if (!slot || t->x[REG_A0] == HANDLE_NONE)
        return thread_finish(t, ERR_HANDLE);
    if (!handle_delete(table, slot))
        return sched_resume(syscall_again(t));
    return sched_resume(thread_finish(t, OK));
}

/* SPDX-License-Identifier: MIT */
/* The calls about what processes have: endpoints, memory, handles.
 *
 * Same shape as in syscall.c: look up, check, commit. A new handle goes into
 * the table of the caller, or of the process that the call names. Room in
 * that table is checked before anything is made. */
#include "syscall.h"

#include "endpoint.h"
#include "memory.h"
#include "process.h"
#include "sched.h"

/* Whether what the handle names is about to go: then it is not handed on, or
 * its end would find new handles again and again. */
static bool
is_object_ending(const struct slot *slot)
{
    unsigned type = slot->node.key >> KEY_TYPE_SHIFT;

    if (type == 1U << OBJECT_PROCESS)
        return object_process(slot->object)->is_dying;
    if (type == 1U << OBJECT_THREAD)
        return object_thread(slot->object)->process->is_dying;
    return slot->object->class->is_retired;
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
    struct process *p = argument_process(t, PROCESS_MAP);
    struct slot *slot = p ? argument_handle(t, REG_A1, need) : NULL;
    const struct memory *memory;

    if (!slot)
        return t;
    if (is_object_ending(slot))
        return thread_finish(t, ERR_DEAD);
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

struct thread *
sys_memory_cut(struct thread *t)
{
    struct process *p = argument_process(t, PROCESS_CHARGE);
    struct slot *slot =
        p ? argument_handle(t, REG_A1, KEY(OBJECT_MEMORY, RIGHT_DERIVE)) : NULL;
    struct memory *memory;
    err_t error;

    if (!slot)
        return t;
    error = memory_cut_check(object_memory(slot->object), t->x[REG_A2],
                             t->x[REG_A3]);
    if (!error && handle_table_is_full(&t->process->handles))
        error = ERR_FULL;
    if (!error)
        error = memory_create_over(&p->payer, t->x[REG_A2] * PAGE_BYTES,
                                   t->x[REG_A3], &memory);
    if (error)
        return thread_finish(t, error);

    /* Commit: nothing below may fail. */
    return finish_with_handle(t, &memory->object, OBJECT_MEMORY);
}

struct thread *
sys_memory_address(struct thread *t)
{
    const struct slot *slot =
        argument_handle(t, REG_A0, KEY(OBJECT_MEMORY, MEMORY_PHYS));

    if (!slot)
        return t;
    t->x[REG_A1] = object_memory(slot->object)->start;
    return thread_finish(t, OK);
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
    if (is_object_ending(source))
        return thread_finish(t, ERR_DEAD);
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

/* What can be marked: an endpoint's handle, for its server to know who sends;
 * a thread's, for it to know what the signal means. */
struct thread *
sys_handle_mint(struct thread *t)
{
    const struct slot *thread =
        handle_get(&t->process->handles, t->x[REG_A0], KEY(OBJECT_THREAD, 0));
    enum object_type type = thread ? OBJECT_THREAD : OBJECT_ENDPOINT;

    return handle_copy(t, KEY(type, RIGHT_DERIVE), true);
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

struct thread *
sys_handle_revoke(struct thread *t)
{
    struct slot *slot = argument_handle(t, REG_A0, 0);

    if (!slot || t->x[REG_A0] == HANDLE_NONE)
        return thread_finish(t, ERR_HANDLE);
    if (!handle_revoke(slot))
        return sched_resume(syscall_again(t));
    return sched_resume(thread_finish(t, OK));
}

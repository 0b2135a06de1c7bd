/* SPDX-License-Identifier: MIT */
/* The end of a process, and the order in which it is taken apart.
 *
 * The end is asked for at once and done bit by bit: the process is marked and
 * joins the list of the dying; schedule() then calls process_end_step, which
 * does at most STEP_ITEMS items of work, until the list is empty. The stages:
 *
 *     children   what it created ends first, so frames come back upward
 *     threads    none runs or waits any more; nothing below is a race
 *     callers    who waits for its answer gets ERR_DEAD
 *     objects    its endpoints and memory go, and all handles to them
 *     handles    its own handles go, and what waited through them
 *     mappings   the tree forgets them, other objects may now end
 *     tables     the address space, on the kernel's root
 *     record     handles to the process itself, quota to the creator
 *
 * D1  A dying process gets no new thread, handle, mapping, object or child.
 * D2  At the end its quota is what it was given: no frame is lost.
 * D3  A process ends after all that it created.
 *
 * Called by syscall.c, fault.c and (the steps) sched.c. */
#include "process.h"

#include "endpoint.h"
#include "frame.h"
#include "hart.h"
#include "log.h"
#include "machine.h"
#include "memory.h"
#include "riscv.h"
#include "sched.h"
#include "thread.h"

static struct list dying = {&dying, &dying};

void
process_end(struct process *p, int64_t code)
{
    if (p->is_dying)
        return;
    if (!p->creator) {
        log_text("chaski: init has ended, so the machine stops\n");
        machine_power_off(1);
    }
    p->is_dying = true;
    p->exit_code = code;
    p->end_stage = END_CHILDREN;
    list_insert(&dying, &p->dying);
    sched_clean_soon();
}

/* Removes one handle to `object`, or one mapping of it; false if there is
 * none. The object may be gone afterwards. */
static bool
object_revoke_one(struct object *object)
{
    struct node *node = list_first(&object->handles, struct node, siblings);

    if (list_is_empty(&object->handles))
        return false;
    if (node->key == KEY_MAPPING) {
        mapping_remove(container_of(node, struct mapping, node));
    } else {
        /* Not finished is no matter: the next call finds it again. */
        bool is_gone =
            handle_delete(&node_owner(node)->handles, node_slot(node));
        (void)is_gone;
    }
    return true;
}

/* Lab: threads-exit */
bool
thread_exit(struct thread *t, int64_t code)
{
    struct process *p = t->process;

    if (p->thread_count == 1) {
        t->state = THREAD_ENDED;
        process_end(p, code);
        return true;
    }
    for (unsigned i = 0; i < STEP_ITEMS; i++) {
        if (object_revoke_one(&t->object))
            continue;
        t->state = THREAD_ENDED;
        thread_free(t);
        return true;
    }
    return false;
}

/* The stages. Each does one item and returns false, or true when there is
 * nothing left to do in it. */

static bool
end_child(struct process *p)
{
    struct process *child;

    if (list_is_empty(&p->children))
        return true;
    child = list_first(&p->children, struct process, siblings);
    process_end(child, child->exit_code);
    list_remove(&child->dying); /* in front: before its creator */
    list_insert(dying.next, &child->dying);
    return false;
}

static bool
end_thread(struct process *p)
{
    struct thread *t;

    if (list_is_empty(&p->threads))
        return true;
    t = list_first(&p->threads, struct thread, siblings);
    assert(t->state != THREAD_RUNNING);
    if (t->state == THREAD_READY)
        ready_remove(t);
    else if (thread_waits_in_endpoint(t))
        endpoint_cancel(t, ERR_DEAD);
    t->state = THREAD_ENDED;
    t->server = NULL; /* its token is dead from now on */
    if (!object_revoke_one(&t->object))
        thread_free(t);
    return false;
}

static bool
end_caller(struct process *p)
{
    struct thread *caller;

    if (p->end_index >= thread_id_limit())
        return true;
    caller = threads[p->end_index++];
    if (caller->server == p)
        endpoint_caller_dead(caller);
    return false;
}

static bool
end_object(struct process *p)
{
    struct endpoint *ep = record_any(&p->payer, RECORD_ENDPOINT);
    struct memory *memory = record_any(&p->payer, RECORD_MEMORY);

    if (ep) {
        if (endpoint_retire(ep))
            object_revoke_one(&ep->object);
        return false;
    }
    if (memory) {
        object_revoke_one(&memory->object);
        return false;
    }
    return true;
}

static bool
end_handle(struct process *p)
{
    struct slot *slot = &p->handles.slots[p->end_index];

    if (p->end_index >= p->handles.fresh)
        return true;
    if (slot->name == HANDLE_NONE || handle_delete(&p->handles, slot))
        p->end_index++;
    return false;
}

static bool
end_mapping(struct process *p)
{
    struct mapping *mapping = record_any(&p->payer, RECORD_MAPPING);

    if (!mapping)
        return true;
    mapping_remove(mapping);
    return false;
}

static bool
end_table(struct process *p)
{
    /* The hart that asked for the end may still be on these tables. */
    if (hart_this()->satp == p->space.satp)
        hart_leave_space();
    return space_free_step(&p->space, &p->payer);
}

static bool
end_record(struct process *p)
{
    uint64_t slots = p->handles.mask + 1;

    if (object_revoke_one(&p->object))
        return false;
    payer_give_back(&p->payer, virt_to_phys(p->handles.slots),
                    handle_table_pages(slots));
    assert(p->payer.quota == p->quota_given);
    list_remove(&p->dying);
    list_remove(&p->siblings);
    p->creator->payer.quota += p->quota_given;
    record_free(p);
    return true;
}

/* A stage, and how many steps one of its items counts for. */
static const struct {
    bool (*one)(struct process *p);
    unsigned cost;
} stages[] = {
    [END_CHILDREN] = {end_child, 1}, [END_THREADS] = {end_thread, 1},
    [END_CALLERS] = {end_caller, 1}, [END_OBJECTS] = {end_object, 4},
    [END_HANDLES] = {end_handle, 1}, [END_MAPPINGS] = {end_mapping, 8},
    [END_TABLES] = {end_table, 8},   [END_RECORD] = {end_record, 1},
};

bool
process_end_step(void)
{
    for (unsigned work = 0; work < STEP_ITEMS && !list_is_empty(&dying);) {
        struct process *p = list_first(&dying, struct process, dying);
        unsigned stage = p->end_stage;

        work += stages[stage].cost;
        if (stages[stage].one(p) && stage != END_RECORD) {
            p->end_stage++;
            p->end_index = 0;
        }
    }
    return !list_is_empty(&dying);
}

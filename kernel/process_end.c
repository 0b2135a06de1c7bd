/* SPDX-License-Identifier: MIT */
/* The end of a process, and the order in which it is taken apart.
 *
 * The end is asked for at once and done bit by bit: the process is marked and
 * joins the list of the dying; schedule() then calls process_end_step, which
 * does at most STEP_ITEMS items of work, until the list is empty. The stages:
 *
 *     children   what it created ends first, so frames come back upward
 *     threads    none runs or waits any more; nothing below is a race
 *     callers    who waits for its answer gets ERR_DEAD, or faults again
 *     objects    its endpoints, memory and lines go, and all handles to them
 *     handles    its own handles go, and what waited through them
 *     mappings   the tree forgets them, other objects may now end
 *     tables     the address space, on the kernel's root
 *     names      handles to the process itself
 *     notice     its fault handle tells whoever supervises it, and goes too;
 *                then the record goes, and the quota is the creator's
 *
 * The notice is carried by the record of the last thread, which is kept for
 * that: it stands in the queue of senders like any other. So the notice costs
 * nothing that was not there, and cannot be lost. The frame that it is in goes
 * at the moment when the notice is received, before the receiver sees it.
 *
 * D1  A dying process gets no new thread, handle, mapping, object or child, and
 *     nobody a new handle to it, to a thread of it or to what it paid for.
 * D2  At the end its quota is what it was given: no frame is lost.
 * D3  A process ends after all that it created.
 *
 * Called by the system calls, fault.c, thread_end.c and (the steps) sched.c. */
#include "dying.h"

#include "call.h"
#include "fault.h"
#include "frame.h"
#include "hart.h"
#include "irq.h"
#include "log.h"
#include "machine.h"
#include "memory.h"
#include "notice.h"
#include "sched.h"
#include "thread.h"
#include "trace.h"

/* What an item of a stage came to. */
enum end_item {
    ITEM_DONE,  /* one item less */
    ITEM_NONE,  /* none is left, on to the next stage */
    ITEM_WAITS, /* another hart has to let go first */
    ITEM_GONE,  /* the process is off the list of the dying */
};

static enum end_item
end_child(struct process *p)
{
    struct process *child;

    if (list_is_empty(&p->children))
        return ITEM_NONE;
    child = list_first(&p->children, struct process, siblings);
    if (child->end_stage == END_PARKED) {
        notice_drop(list_first(&child->threads, struct thread, siblings));
        return ITEM_DONE;
    }
    process_end(child, (struct process_death){ENDED_CREATOR, 0, 0});
    list_remove(&child->dying); /* in front: before its creator */
    list_insert(processes_dying.next, &child->dying);
    return ITEM_DONE;
}

/* The last thread stays, if it has a notice to carry. */
static enum end_item
end_thread(struct process *p)
{
    struct thread *t;

    if (list_is_empty(&p->threads))
        return ITEM_NONE;
    t = list_first(&p->threads, struct thread, siblings);
    if (t->state == THREAD_RUNNING) {
        assert(t->hart != hart_this());
        hart_interrupt(t->hart);
        return ITEM_WAITS;
    }
    thread_stop(t);
    if (node_revoke_first(&t->object.handles))
        return ITEM_DONE;
    if (p->thread_count == 1 && handle_fault(&p->handles))
        return ITEM_NONE;
    thread_free(t);
    return ITEM_DONE;
}

static enum end_item
end_caller(struct process *p)
{
    struct thread *caller;

    if (p->end_index >= thread_id_limit())
        return ITEM_NONE;
    caller = threads[p->end_index++];
    if (caller->server == p)
        call_dead(caller);
    else if (caller->fault_server == p)
        fault_retry(caller);
    return ITEM_DONE;
}

static enum end_item
end_object(struct process *p)
{
    struct endpoint *ep = record_any(&p->payer, RECORD_ENDPOINT);
    struct memory *memory = record_any(&p->payer, RECORD_MEMORY);
    struct irq *irq = record_any(&p->payer, RECORD_IRQ);
    struct object *object;

    if (ep) {
        if (endpoint_retire(ep))
            node_revoke_first(&ep->object.handles);
        return ITEM_DONE;
    }
    if (!memory && !irq)
        return ITEM_NONE;
    object = memory ? &memory->object : &irq->object;
    object_retire(object);
    node_revoke_first(&object->handles);
    return ITEM_DONE;
}

static enum end_item
end_handle(struct process *p)
{
    struct slot *slot = &p->handles.slots[p->end_index];

    if (p->end_index >= p->handles.fresh)
        return ITEM_NONE;
    if (slot->name == HANDLE_NONE || handle_delete(&p->handles, slot))
        p->end_index++;
    return ITEM_DONE;
}

static enum end_item
end_mapping(struct process *p)
{
    struct mapping *mapping = record_any(&p->payer, RECORD_MAPPING);

    if (!mapping)
        return ITEM_NONE;
    mapping_remove(mapping);
    return ITEM_DONE;
}

static enum end_item
end_table(struct process *p)
{
    /* The hart that asked for the end may still be on these tables. Others
     * have left them: none of its threads runs. */
    if (hart_this()->satp == p->space.satp)
        hart_leave_space();
    if (hart_uses_space(p->space.satp))
        return ITEM_WAITS;
    return space_free_step(&p->space, &p->payer) ? ITEM_NONE : ITEM_DONE;
}

static enum end_item
end_notice(struct process *p)
{
    struct slot *via = handle_fault(&p->handles);
    struct endpoint *ep = via ? object_endpoint(via->object) : NULL;
    struct thread *carrier = NULL, *receiver;

    if (!ep) {
        process_gone(p);
        return ITEM_GONE;
    }
    /* It never had a thread, or nobody can hear of it: no notice then, but the
     * handle has to leave the tree all the same. */
    if (!list_is_empty(&p->threads) && (ep->receivers || ep->recv_handles > 0))
        carrier = list_first(&p->threads, struct thread, siblings);
    if (carrier)
        notice_write(p, carrier, via->badge);
    if (!handle_delete(&p->handles, via))
        return ITEM_DONE;
    if (!carrier) { /* and the endpoint may be gone with the handle */
        process_gone(p);
    } else if (ep->receivers) {
        receiver = endpoint_dequeue(&ep->receivers);
        notice_receive(receiver, carrier);
        ready_push(receiver);
    } else {
        list_remove(&p->dying);
        p->end_stage = END_PARKED;
        endpoint_wait(carrier, ep, &ep->senders, THREAD_WAIT_NOTICE);
    }
    return ITEM_GONE;
}

/* The last handle to the process goes together with the rest: who sees that it
 * is gone may count on the frames. */
static enum end_item
end_name(struct process *p)
{
    node_revoke_first(&p->object.handles);
    if (!list_is_empty(&p->object.handles))
        return ITEM_DONE;
    p->end_stage = END_NOTICE;
    return end_notice(p);
}

/* A stage, and how many steps one of its items counts for. */
static const struct {
    enum end_item (*one)(struct process *p);
    unsigned cost;
} stages[] = {
    [END_CHILDREN] = {end_child, 1}, [END_THREADS] = {end_thread, 1},
    [END_CALLERS] = {end_caller, 1}, [END_OBJECTS] = {end_object, 4},
    [END_HANDLES] = {end_handle, 1}, [END_MAPPINGS] = {end_mapping, 8},
    [END_TABLES] = {end_table, 8},   [END_NAMES] = {end_name, 1},
    [END_NOTICE] = {end_notice, 1},
};

enum clean_state
process_end_step(void)
{
    bool is_hanging_up = endpoint_hangup_step();

    for (unsigned work = 0;
         work < STEP_ITEMS && !list_is_empty(&processes_dying);) {
        struct process *p = list_first(&processes_dying, struct process, dying);
        unsigned stage = p->end_stage;
        enum end_item item = stages[stage].one(p);

        work += stages[stage].cost;
        if (item == ITEM_WAITS)
            return CLEAN_WAITS;
        if (item == ITEM_NONE) {
            p->end_stage++;
            p->end_index = 0;
        }
    }
    return list_is_empty(&processes_dying) && !is_hanging_up ? CLEAN_DONE
                                                             : CLEAN_MORE;
}

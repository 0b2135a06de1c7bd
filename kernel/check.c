/* SPDX-License-Identifier: MIT */
/* Each object has a function here that checks the invariants of its file, by
 * their numbers; docs/invariants.md says what they mean.
 *
 * Only what can be seen from outside the files is checked: their own variables
 * are looked at through what they must have done to the objects. Nothing here
 * changes anything, and nothing is called but in debug builds. */
#include "check.h"

#include "deadline.h"
#include "endpoint.h"
#include "frame.h"
#include "hart.h"
#include "irq.h"
#include "memory.h"
#include "process.h"
#include "sched.h"
#include "timer.h"

/* Says which invariant does not hold. */
#define check(number, claim)                                                   \
    check_holds(claim, "invariant " number " does not hold: " #claim)

static inline void
check_holds(bool holds, const char *text)
{
    if (unlikely(!holds))
        panic(text);
}

/* What the last trap was about. */
static struct {
    const struct thread *thread; /* who came in */
    token_t token;               /* as it was then: tells a reused record */
    handle_t names[2];           /* its a0 and a1 */
    unsigned turn;               /* thread id to check in turn */
    unsigned exits;
    pte_t kernel_half; /* the last entry of the first root that was seen */
} seen;

/* A list whose links agree with one another. */
static void
list_check(const struct list *head)
{
    check("list", head->next->prev == head && head->prev->next == head);
}

/* One slot and the object that it names. */
static void
slot_check(const struct process *p, const struct slot *slot)
{
    uint64_t index = (uint64_t)(slot - p->handles.slots);
    unsigned type = slot->node.key >> KEY_TYPE_SHIFT;

    if (slot->name == HANDLE_NONE && !slot_is_fault_handle(slot)) {
        check("H2", slot->node.key == 0);
        return;
    }
    check("H1", slot->name % (1 << HANDLE_INDEX_BITS) == index);
    check("H1", node_owner(&slot->node) == p);
    check("H2", type && (type & (type - 1)) == 0);
    check("H4", !list_is_empty(&slot->object->handles));
    list_check(&slot->node.siblings);
    list_check(&slot->node.children);
    list_for_each (link, &slot->node.children) {
        const struct node *child = container_of(link, struct node, siblings);
        if (child->key == KEY_MAPPING ||
            slot_is_fault_handle(node_slot((struct node *)(uintptr_t)child)))
            continue;
        check("H3",
              (key_rights(child->key) & ~key_rights(slot->node.key)) == 0 ||
                  key_rights(slot->node.key) == 0);
        break; /* the others have their turn through their own slots */
    }
}

/* A queue of an endpoint: groups of falling priority. Only its beginning is
 * looked at, or a long one would take longer than a slice, at every exit. */
static void
queue_check(const struct endpoint *ep, const struct thread *queue,
            bool is_receivers)
{
    int above = PRIORITY_COUNT;
    unsigned count = 0;

    for (const struct thread *group = queue; group; group = group->lower) {
        const struct thread *t = group;
        check("E3", group->priority < above);
        above = group->priority;
        do {
            check("E2", t->endpoint == ep && t->next->prev == t);
            check("E2", is_receivers == (t->state == THREAD_WAIT_RECV));
            check("E2", thread_is_queued(t));
            check("E3", t->priority == group->priority);
            if (++count == STEP_ITEMS)
                return;
            t = t->next;
        } while (t != group);
    }
}

static void
endpoint_check(const struct endpoint *ep)
{
    check("E1", !ep->receivers || !ep->senders);
    check("N1", !ep->server || ep->server->serves == ep);
    check("H4", !list_is_empty(&ep->object.handles));
    queue_check(ep, ep->receivers, true);
    queue_check(ep, ep->senders, false);
}

/* What a mapping claims, its space has. */
static void
mapping_check(const struct mapping *mapping)
{
    const struct process *p = node_owner(&mapping->node);

    check("Y1", mapping->memory->pages >= mapping->node.index);
    for (unsigned i = 0; i < mapping->node.index; i++) {
        pte_t pte =
            space_entry(&p->space, mapping->va + (uint64_t)i * PAGE_BYTES);
        check("Y1", sv39_address(pte) - mapping->memory->start <
                        mapping->memory->pages * PAGE_BYTES);
        check("P2", (pte & (PTE_W | PTE_X)) != (PTE_W | PTE_X));
        check("P4", (pte & (PTE_A | PTE_D)) == (PTE_A | PTE_D));
    }
}

static bool
record_check_endpoint(const void *record, uint64_t wanted)
{
    (void)wanted;
    endpoint_check(record);
    return false;
}

static bool
record_check_mapping(const void *record, uint64_t wanted)
{
    (void)wanted;
    mapping_check(record);
    return false;
}

static void
irq_check(const struct irq *irq, const struct thread *t)
{
    check("Q1", irq->thread == t);
}

static void
thread_check(const struct thread *t)
{
    check("T1", threads[thread_id(t)] == t);
    check("E4", (t->server != NULL) == (t->state == THREAD_WAIT_REPLY));
    check("V1", (t->fault_server != NULL) == (t->state == THREAD_WAIT_ANSWER));
    check("B1", !t->pending || (t->state != THREAD_WAIT_RECV &&
                                t->state != THREAD_WAIT_SIGNAL));
    check("N1", !t->serves || t->serves->server == t);
    check("S1", t->state != THREAD_READY || t->priority <= ready_top);
    check("S2", t->state != THREAD_READY ||
                    (t->next->prev == t && t->next->priority == t->priority));
    check("K1", !t->deadline_place || deadline_first() <= t->deadline);
    check("priority", t->base_priority <= t->process->priority_max);
    list_check(&t->siblings);
    list_for_each (link, &t->irqs)
        irq_check(container_of(link, struct irq, siblings), t);
}

/* The process itself, not what it has: for every exit. */
static void
process_check(const struct process *p)
{
    check("D1", !p->is_dying == (p->end_stage == END_NOT));
    if (p->end_stage < END_NAMES) { /* it has a root */
        if (!seen.kernel_half)
            seen.kernel_half = p->space.root[SV39_ENTRIES - 1];
        check("P1", p->space.root[SV39_ENTRIES - 1] == seen.kernel_half);
    }
    check("A1", (p->space.asid == 0) == (p->space.satp >> 63 == 0));
    list_check(&p->threads);
    list_check(&p->children);
    check("D3", !p->creator || !list_is_empty(&p->creator->children));
}

/* With all that it has and pays for. */
static void
process_check_all(const struct process *p)
{
    process_check(p);
    if (p->end_stage >= END_NAMES)
        return; /* its table may be gone */
    for (uint64_t i = 0; i < p->handles.fresh; i++)
        slot_check(p, &p->handles.slots[i]);
    record_find(&p->payer, RECORD_ENDPOINT, record_check_endpoint, 0);
    if (p->end_stage < END_TABLES)
        record_find(&p->payer, RECORD_MAPPING, record_check_mapping, 0);
}

static void
harts_check(void)
{
    for (unsigned i = 0; i < hart_count; i++) {
        const struct hart *hart = &harts[i];
        check("S4", hart == hart_this() || !hart->current ||
                        hart->current->state == THREAD_RUNNING);
        for (unsigned other = 0; other < i; other++)
            check("S4", !hart->current || hart == hart_this() ||
                            &harts[other] == hart_this() ||
                            hart->current != harts[other].current);
    }
}

/* One hart that takes turns is enough: nobody waits for ever. */
static bool
is_slice_armed(void)
{
    for (unsigned i = 0; i < hart_count; i++)
        if (harts[i].is_slice_armed)
            return true;
    return false;
}

static void
everything_check(void)
{
    for (unsigned id = 1; id < thread_id_limit(); id++) {
        const struct process *p = threads[id]->process;
        if (!p) /* nobody */
            continue;
        thread_check(threads[id]);
        if (list_first(&p->threads, struct thread, siblings) == threads[id])
            process_check_all(p);
    }
}

void
check_enter(const struct thread *t)
{
    seen.thread = t;
    seen.token = t->token;
    seen.names[0] = t->x[REG_A0];
    seen.names[1] = t->x[REG_A1];
}

/* What the two handles that came in with the call name now. */
static void
touched_check(const struct process *p)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct slot *slot = handle_get(&p->handles, seen.names[i], 0);
        if (!slot || seen.names[i] == HANDLE_NONE)
            continue;
        slot_check(p, slot);
        if (slot->node.key & KEY(OBJECT_ENDPOINT, 0))
            endpoint_check(object_endpoint(slot->object));
    }
}

void
check_exit(const struct thread *next)
{
    const struct thread *t = threads[seen.token & (THREAD_IDS - 1)];

    if (t == seen.thread && t->process->end_stage < END_NAMES) {
        thread_check(t);
        process_check(t->process);
        touched_check(t->process);
    }
    check("S4", next->state == THREAD_RUNNING);
    thread_check(next);
    process_check(next->process);
    harts_check();
    check("S3", ready_top == READY_NONE || is_slice_armed());

    seen.turn = (seen.turn + 1) % thread_id_limit();
    if (threads[seen.turn]->process)
        thread_check(threads[seen.turn]);
    if (++seen.exits % CHECK_ALL_EXITS == 0)
        everything_check();
}

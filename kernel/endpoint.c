/* SPDX-License-Identifier: MIT */
/* Rendezvous: a message goes from the sender's registers to the receiver's at
 * the moment when both are there, and is never anywhere else.
 *
 * Sending and receiving are mirror images:
 *
 *     send                             recv
 *     a receiver waits? take it,       a sender waits? take it,
 *       copy, wake it                    copy, wake it (or give out its token)
 *     else stand in `senders`          else stand in `receivers`
 *
 * Not all that waits in `senders` is a sender: a thread that faulted stands
 * there with its fault, and the last thread of a process that has ended with
 * the notice of that. They are received by other functions (fault.c,
 * process_end.c), which syscall.c picks; here they only stand in line.
 *
 * E1  At most one of the two queues is not empty.
 * E2  A thread in a queue is WAIT_RECV or WAIT_SEND or WAIT_CALL, its
 *     `endpoint` is this one, and its a0 names a handle to it that its process
 *     still has, though perhaps without rights, while it is being closed. (So
 *     its badge need not be kept: it is looked up.) Or it is a sender that is
 *     WAIT_FAULT or WAIT_NOTICE, and came through its process's fault handle.
 * E3  A group's threads have one priority; groups are in falling order of it.
 * E4  A thread has a server exactly while it is WAIT_REPLY.
 * E5  recv_handles is the number of handles with RECV, or 0 when the payer
 *     ends; at 0 no sender begins to wait.
 *
 * Called by syscall.c with handles found, by call.c and fault.c, and by
 * process_end.c when someone dies. */
#include "endpoint.h"

#include "process.h"
#include "sched.h"
#include "token.h"

static void (*undeliverable)(struct thread *t);

static bool endpoint_release(struct object *object, struct slot *slot);
static void endpoint_unreferenced(struct object *object);

static const struct object_class endpoint_retired_class = {
    .unreferenced = endpoint_unreferenced,
    .release = endpoint_release,
    .is_retired = true,
};
static const struct object_class endpoint_class = {
    .unreferenced = endpoint_unreferenced,
    .release = endpoint_release,
    .retired = &endpoint_retired_class,
};

/* Endpoints that nobody can receive from and that have senders left. */
static struct endpoint *hung_up;

err_t
endpoint_create(struct payer *payer, struct endpoint **out)
{
    struct endpoint *ep;

    if (payer->quota < record_cost(payer, RECORD_ENDPOINT))
        return ERR_QUOTA;

    /* Commit: nothing below may fail. */
    ep = record_alloc(payer, RECORD_ENDPOINT);
    object_init(&ep->object, &endpoint_class);
    *out = ep;
    return OK;
}

/* Lab: ipc-enqueue */
void
endpoint_enqueue(struct thread **queue, struct thread *t)
{
    struct thread **place = queue;
    struct thread *head;

    while (*place && (*place)->priority > t->priority)
        place = &(*place)->lower;
    head = *place;
    if (head && head->priority == t->priority) {
        t->next = head;
        t->prev = head->prev;
        head->prev->next = t;
        head->prev = t;
    } else {
        t->next = t->prev = t;
        t->lower = head;
        *place = t;
    }
}

void
endpoint_unqueue(struct thread *t)
{
    struct thread **place = endpoint_queue(t);

    while (*place && *place != t)
        place = &(*place)->lower;
    if (*place) { /* at the head of its group */
        endpoint_dequeue(place);
    } else {
        t->prev->next = t->next;
        t->next->prev = t->prev;
    }
}

/* Lab: ipc-copy */
void
message_copy(const struct thread *from, struct thread *to, uint64_t badge)
{
    to->x[REG_A0] = OK;
    to->x[REG_A1] = (uint32_t)from->x[REG_A1]; /* no flag passes */
    to->x[REG_A2] = from->x[REG_A2];
    to->x[REG_A3] = from->x[REG_A3];
    to->x[REG_A4] = from->x[REG_A4];
    to->x[REG_A5] = from->x[REG_A5];
    to->x[REG_A6] = from->x[REG_A6];
    to->x[REG_T1] = badge;
}

/* Lab: ipc-send */
struct thread *
endpoint_send(struct thread *t, struct slot *via)
{
    struct endpoint *ep = object_endpoint(via->object);
    struct thread *receiver;

    if (ep->receivers) {
        receiver = endpoint_dequeue(&ep->receivers);
        message_copy(t, receiver, via->badge);
        receiver->x[REG_T0] = 0; /* nobody waits for an answer */
        return sched_wake(thread_finish(t, OK), receiver);
    }
    if (ep->recv_handles == 0)
        return thread_finish(t, ERR_DEAD);
    if (!endpoint_may_wait(t))
        return thread_finish(t, ERR_WOULD_BLOCK);
    endpoint_wait(t, ep, &ep->senders, THREAD_WAIT_SEND);
    return schedule();
}

/* The badge of the handle that a queued sender named; E2 says it is there. */
static inline uint64_t
sender_badge(const struct thread *sender)
{
    unsigned need = KEY(OBJECT_ENDPOINT, 0);

    return handle_get(&sender->process->handles, sender->x[REG_A0], need)
        ->badge;
}

/* `t` has received from `sender`, which was in the queue. Either it made a
 * call: then it waits on, for the reply, and NULL comes back. Or it only sent:
 * then its call is finished, and it comes back, in no queue. */
static inline struct thread *
sender_finish(struct thread *sender, struct thread *t)
{
    if (sender->state == THREAD_WAIT_CALL) {
        token_take(t, sender);
        return NULL;
    }
    t->x[REG_T0] = 0; /* nobody waits for an answer */
    return thread_finish(sender, OK);
}

/* Lab: ipc-recv */
struct thread *
endpoint_recv(struct thread *t, struct slot *via, struct thread *partner)
{
    struct endpoint *ep = object_endpoint(via->object);

    if (unlikely(ep->senders != NULL)) {
        struct thread *sender = endpoint_dequeue(&ep->senders);
        message_copy(sender, t, sender_badge(sender));
        return sched_wake_both(t, sender_finish(sender, t), partner);
    }
    if (unlikely(!endpoint_may_wait(t)))
        return sched_wake(thread_finish(t, ERR_WOULD_BLOCK), partner);
    endpoint_wait(t, ep, &ep->receivers, THREAD_WAIT_RECV);
    return sched_switch(partner);
}

/* Lab: ipc-cancel */
void
endpoint_cancel(struct thread *t, err_t error)
{
    endpoint_unqueue(t);
    t->state = THREAD_ENDED;
    thread_finish(t, error);
}

/* Lab: ipc-hangup */
bool
endpoint_hangup(struct endpoint *ep)
{
    for (unsigned i = 0; i < STEP_ITEMS && ep->senders; i++) {
        struct thread *sender = endpoint_dequeue(&ep->senders);
        ready_push(thread_finish(sender, ERR_DEAD));
    }
    return !ep->senders;
}

void
endpoint_set_undeliverable(void (*function)(struct thread *t))
{
    undeliverable = function;
}

/* The first fault or notice among the first `limit` senders, or NULL. */
static struct thread *
first_undeliverable(const struct endpoint *ep, unsigned limit)
{
    for (struct thread *group = ep->senders; group; group = group->lower) {
        struct thread *t = group;
        do {
            if (limit-- == 0)
                return NULL;
            if (!thread_waits_in_endpoint(t))
                return t;
            t = t->next;
        } while (t != group);
    }
    return NULL;
}

/* Hangs up, a step's worth; first on those that wait for no answer to a call
 * of their own, which no error can be told. False while any are left. */
static bool
endpoint_hangup_all(struct endpoint *ep)
{
    struct thread *t = first_undeliverable(ep, STEP_ITEMS);

    if (!t)
        return endpoint_hangup(ep);
    undeliverable(t);
    return false;
}

/* Puts the endpoint on the list of those that are hung up, or takes it off. */
static void
hung_up_set(struct endpoint *ep, bool is_hung_up)
{
    struct endpoint **place = &hung_up;

    if (ep->is_hung_up == is_hung_up)
        return;
    ep->is_hung_up = is_hung_up;
    if (is_hung_up) {
        ep->next_hung_up = hung_up;
        hung_up = ep;
        return;
    }
    while (*place != ep)
        place = &(*place)->next_hung_up;
    *place = ep->next_hung_up;
}

/* The last that could receive is gone. Whoever brought that about goes on with
 * it when it runs, which may not be soon, and a sender may be more urgent: so
 * schedule() goes on with it too. */
static bool
endpoint_hangup_begin(struct endpoint *ep)
{
    bool is_done = endpoint_hangup_all(ep);

    hung_up_set(ep, !is_done);
    if (!is_done)
        sched_clean_soon();
    return is_done;
}

bool
endpoint_hangup_step(void)
{
    struct endpoint *ep = hung_up;

    if (ep && endpoint_hangup_all(ep))
        hung_up_set(ep, false);
    return hung_up;
}

bool
endpoint_retire(struct endpoint *ep)
{
    object_retire(&ep->object);
    ep->recv_handles = 0;
    return endpoint_hangup_begin(ep);
}

/* A handle goes. First it loses its rights, so that nobody can begin to wait
 * through it; the slot's index, which its name tells too, then counts down
 * the thread ids that are still to be looked at. Those that wait through this
 * very handle get ERR_REVOKED. If it was the last that could receive, the
 * endpoint hangs up. */
static bool
endpoint_release(struct object *object, struct slot *slot)
{
    struct endpoint *ep = object_endpoint(object);
    struct process *owner = node_owner(&slot->node);
    rights_t rights = key_rights(slot->node.key);

    if (rights) {
        slot->node.key &= (uint16_t)~RIGHTS_ALL;
        slot->node.index =
            ep->receivers || ep->senders ? (uint16_t)thread_id_limit() : 0;
        if (rights & ENDPOINT_RECV && ep->recv_handles > 0)
            ep->recv_handles--;
    }
    for (unsigned i = 0; i < STEP_ITEMS && slot->node.index > 0; i++) {
        struct thread *t = threads[--slot->node.index];
        if (t->process != owner || t->endpoint != ep)
            continue;
        if (slot_is_fault_handle(slot)) {
            if (t->state == THREAD_WAIT_FAULT)
                undeliverable(t);
        } else if (thread_waits_in_endpoint(t) && t->x[REG_A0] == slot->name) {
            endpoint_cancel(t, ERR_REVOKED);
            ready_push(t);
        }
    }
    return slot->node.index == 0 &&
           (ep->recv_handles > 0 || endpoint_hangup_begin(ep));
}

static void
endpoint_unreferenced(struct object *object)
{
    struct endpoint *ep = object_endpoint(object);

    endpoint_server_forget(ep);
    hung_up_set(ep, false);
    record_free(ep);
}

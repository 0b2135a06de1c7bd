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
 * A call is a send that then waits for a reply. The receiver gets a token, the
 * right to answer this caller once. The token is in the caller's own record:
 * nothing is allocated, so nothing can run out.
 *
 * E1  At most one of the two queues is not empty.
 * E2  A thread in a queue is WAIT_RECV or WAIT_SEND or WAIT_CALL, its
 *     `endpoint` is this one, and its a0 names a handle to it that its process
 *     still has, though perhaps without rights, while it is being closed. (So
 *     its badge need not be kept: it is looked up.)
 * E3  A group's threads have one priority; groups are in falling order of it.
 * E4  A thread has a server exactly while it is WAIT_REPLY.
 * E5  recv_handles is the number of handles with RECV, or 0 when the payer
 *     ends; at 0 no sender begins to wait.
 *
 * Called by syscall.c with handles found, and by process_end.c when someone
 * dies. */
#include "endpoint.h"

#include "process.h"
#include "sched.h"

static bool endpoint_release(struct object *object, struct slot *slot);
static void endpoint_unreferenced(struct object *object);

static const struct object_class endpoint_class = {
    .unreferenced = endpoint_unreferenced,
    .release = endpoint_release,
};

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

/* Takes the first thread out of a queue that has one. */
static inline struct thread *
endpoint_dequeue(struct thread **queue)
{
    struct thread *t = *queue;
    struct thread *next = t->next;

    if (likely(next == t)) {
        *queue = t->lower;
    } else {
        next->prev = t->prev;
        t->prev->next = next;
        next->lower = t->lower;
        *queue = next;
    }
    return t;
}

/* Takes `t` out of `queue`, wherever in it it stands. */
static inline void
endpoint_unqueue(struct thread **queue, struct thread *t)
{
    struct thread **place = queue;

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

/* Lab: rpc-token */
void
token_take(struct thread *server, struct thread *caller)
{
    server->x[REG_T0] = caller->token;
    caller->server = server->process;
    caller->state = THREAD_WAIT_REPLY;
}

/* Lab: rpc-token */
void
token_drop(struct thread *caller)
{
    caller->token += UINT64_C(1) << 16;
    caller->server = NULL;
}

/* Whether the call of `t` may wait for a partner. */
static inline bool
may_wait(const struct thread *t)
{
    return !(t->x[REG_A1] & MESSAGE_NOWAIT);
}

/* Makes `t` wait in `queue` of `ep`. The caller then picks who runs. */
static inline void
endpoint_wait(struct thread *t, struct endpoint *ep, struct thread **queue,
              enum thread_state state)
{
    t->endpoint = ep;
    t->state = (uint8_t)state;
    endpoint_enqueue(queue, t);
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
    if (!may_wait(t))
        return thread_finish(t, ERR_WOULD_BLOCK);
    endpoint_wait(t, ep, &ep->senders, THREAD_WAIT_SEND);
    return schedule();
}

/* A call that finds no receiver. */
static COLD struct thread *
endpoint_call_wait(struct thread *t, struct endpoint *ep)
{
    if (ep->recv_handles == 0)
        return thread_finish(t, ERR_DEAD);
    if (!may_wait(t))
        return thread_finish(t, ERR_WOULD_BLOCK);
    endpoint_wait(t, ep, &ep->senders, THREAD_WAIT_CALL);
    return schedule();
}

/* Lab: rpc-call */
struct thread *
endpoint_call(struct thread *t, struct slot *via)
{
    struct endpoint *ep = object_endpoint(via->object);
    struct thread *receiver;

    if (unlikely(!ep->receivers))
        return endpoint_call_wait(t, ep);
    receiver = endpoint_dequeue(&ep->receivers);
    message_copy(t, receiver, via->badge);
    token_take(receiver, t);
    return sched_switch(receiver);
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
    if (unlikely(!may_wait(t)))
        return sched_wake(thread_finish(t, ERR_WOULD_BLOCK), partner);
    endpoint_wait(t, ep, &ep->receivers, THREAD_WAIT_RECV);
    return sched_switch(partner);
}

/* Lab: rpc-reply */
void
reply_send(struct thread *t, struct thread *caller)
{
    message_copy(t, caller, 0);
    token_drop(caller);
}

/* Lab: ipc-cancel */
void
endpoint_cancel(struct thread *t, err_t error)
{
    struct endpoint *ep = t->endpoint;

    endpoint_unqueue(
        t->state == THREAD_WAIT_RECV ? &ep->receivers : &ep->senders, t);
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

bool
endpoint_retire(struct endpoint *ep)
{
    ep->recv_handles = 0;
    return endpoint_hangup(ep);
}

void
endpoint_caller_dead(struct thread *caller)
{
    token_drop(caller);
    ready_push(thread_finish(caller, ERR_DEAD));
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
        slot->node.key = KEY(OBJECT_ENDPOINT, 0);
        slot->node.index =
            ep->receivers || ep->senders ? (uint16_t)thread_id_limit() : 0;
        if (rights & ENDPOINT_RECV && ep->recv_handles > 0)
            ep->recv_handles--;
    }
    for (unsigned i = 0; i < STEP_ITEMS && slot->node.index > 0; i++) {
        struct thread *t = threads[--slot->node.index];
        if (t->process == owner && thread_waits_in_endpoint(t) &&
            t->endpoint == ep && t->x[REG_A0] == slot->name) {
            endpoint_cancel(t, ERR_REVOKED);
            ready_push(t);
        }
    }
    return slot->node.index == 0 &&
           (ep->recv_handles > 0 || endpoint_hangup(ep));
}

static void
endpoint_unreferenced(struct object *object)
{
    record_free(object_endpoint(object));
}

/* SPDX-License-Identifier: MIT */
/* A call is a send that then waits for a reply; see token.c for the debt.
 *
 * While a caller still stands in the queue nobody owes it anything. But it
 * raises the thread that received from this endpoint last, for that one is
 * what it waits for: one hop, and no further. The caller may go away, or be
 * received by another thread, and the one that was raised is not told: it loses
 * what it has no reason for any more when its slice ends, or when it yields.
 *
 * N1  ep->server->serves is ep, and t->serves->server is t.
 *
 * Called by syscall.c with handles found, and by process_end.c when a server
 * dies. */
#include "call.h"

#include "sched.h"

void
call_serve(struct endpoint *ep, struct thread *t)
{
    if (ep->server == t)
        return;
    endpoint_server_forget(ep);
    if (t->serves)
        endpoint_server_forget(t->serves);
    ep->server = t;
    t->serves = ep;
}

void
call_raise(struct thread *t, unsigned priority)
{
    if (t->priority >= priority)
        return;
    if (t->state == THREAD_READY) {
        ready_remove(t);
        t->priority = (uint8_t)priority;
        ready_push(t);
    } else if (thread_is_queued(t)) {
        endpoint_unqueue(t);
        t->priority = (uint8_t)priority;
        endpoint_enqueue(endpoint_queue(t), t);
    } else {
        t->priority = (uint8_t)priority;
    }
}

void
call_settle(struct thread *t)
{
    const struct thread *client = threads[t->client & (THREAD_IDS - 1)];
    const struct thread *first = t->serves ? t->serves->senders : NULL;
    bool is_debt = first && (first->state == THREAD_WAIT_CALL ||
                             first->state == THREAD_WAIT_FAULT);

    t->priority = t->base_priority;
    if (client->token == t->client && t->priority < client->priority)
        t->priority = client->priority;
    if (is_debt && t->priority < first->priority)
        t->priority = first->priority;
}

/* A call that finds no receiver. */
static COLD struct thread *
endpoint_call_wait(struct thread *t, struct endpoint *ep)
{
    if (ep->recv_handles == 0)
        return thread_finish(t, ERR_DEAD);
    if (!endpoint_may_wait(t))
        return thread_finish(t, ERR_WOULD_BLOCK);
    endpoint_wait(t, ep, &ep->senders, THREAD_WAIT_CALL);
    if (ep->server)
        call_raise(ep->server, t->priority);
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

/* Lab: rpc-reply */
void
reply_send(struct thread *t, struct thread *caller)
{
    message_copy(t, caller, 0);
    token_drop(caller);
}

void
call_dead(struct thread *caller)
{
    token_drop(caller);
    ready_push(thread_finish(caller, ERR_DEAD));
}

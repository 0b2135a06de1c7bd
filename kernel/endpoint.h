/* SPDX-License-Identifier: MIT */
/* Endpoints: where messages meet. */
#pragma once

#include "handle.h"
#include "object.h"
#include "thread.h"
#include "types.h"

/* Both queues are lists of groups, a group being a circle of threads of one
 * priority, longest waiting first:
 *
 *     senders --> [A9 -- B9 -- C9]     the head of each group knows the head
 *                  | lower             of the next less urgent one
 *                 [D4 -- E4]
 *                  | lower
 *                 [F0]
 */
struct endpoint {
    struct object object;
    struct thread *receivers; /* NULL: nobody waits to receive */
    struct thread *senders;   /* NULL: nobody waits to send or call */
    struct thread *server;    /* who received last, see call.h; or NULL */
    uint32_t recv_handles;    /* handles with RECV; 0 is for ever */
    bool is_hung_up;          /* it is on that list: endpoint.c */
    struct endpoint *next_hung_up;
};

_Static_assert(sizeof(struct endpoint) <= RECORD_SMALL_BYTES, "record size");

static inline struct endpoint *
object_endpoint(struct object *object)
{
    return container_of(object, struct endpoint, object);
}

/* An endpoint at the payer's cost, without handles yet; ERR_QUOTA. */
MUST_CHECK err_t endpoint_create(struct payer *payer, struct endpoint **out);

/* Both halves of a rendezvous. `via` is the handle that `t` named, found and
 * checked; the message is in the registers of `t`. Each returns who runs
 * next. A thread that has to wait has its call finished later, by the
 * thread that it waited for. */

/* Gives the message to a waiting receiver, or waits until one takes it.
 * ERR_DEAD: nobody can ever receive. ERR_WOULD_BLOCK: NOWAIT. */
struct thread *endpoint_send(struct thread *t, struct slot *via);

/* Takes the message of the first sender, or waits for one. `partner` is a
 * thread that has just become able to run and is in no queue, or NULL.
 * ERR_WOULD_BLOCK: NOWAIT. */
struct thread *endpoint_recv(struct thread *t, struct slot *via,
                             struct thread *partner);

/* Copies label, words and badge from the registers of `from` to those of
 * `to`, which finds its call finished without error. What else `to` gets (a
 * token or none) is the caller's affair. */
void message_copy(const struct thread *from, struct thread *to, uint64_t badge);

/* Puts `t` into `queue` behind those of its own or a higher priority. */
void endpoint_enqueue(struct thread **queue, struct thread *t);

/* Takes the first thread out of a queue that has one. */
static inline struct thread *endpoint_dequeue(struct thread **queue);

/* Takes `t` out of the queue that it waits in, wherever in it it stands. */
void endpoint_unqueue(struct thread *t);

/* The queue that `t` waits in. */
static inline struct thread **endpoint_queue(const struct thread *t);

/* Makes `t` wait in `queue` of `ep`. The caller then picks who runs. */
static inline void endpoint_wait(struct thread *t, struct endpoint *ep,
                                 struct thread **queue,
                                 enum thread_state state);

/* Waits or not, `t` leaves the endpoint's queue and its call ends with
 * `error`; it is in no queue then. */
void endpoint_cancel(struct thread *t, err_t error);

/* Nobody will ever receive here again: finishes a step's worth of the queued
 * senders with ERR_DEAD; false while more are left. */
bool endpoint_hangup(struct endpoint *ep);

/* Goes on, a step, with those that were hung up and have senders left; true
 * while there are any. */
bool endpoint_hangup_step(void);

/* Who pays for the endpoint ends: as if the last handle with RECV had gone.
 * False while senders are left. */
bool endpoint_retire(struct endpoint *ep);

/* A handle with RECV to it was made: count it. */
static inline void
endpoint_recv_handle_added(struct object *object)
{
    object_endpoint(object)->recv_handles++;
}

/* Nobody has received from `ep` last any more. */
static inline void
endpoint_server_forget(struct endpoint *ep)
{
    if (ep->server)
        ep->server->serves = NULL;
    ep->server = NULL;
}

/* What to do with a queued fault or notice (its thread is WAIT_FAULT or
 * WAIT_NOTICE, and still in the queue) that nobody will ever receive. Set once
 * at boot. */
void endpoint_set_undeliverable(void (*function)(struct thread *t));

/* Whether the call of `t` may wait for a partner. */
static inline bool
endpoint_may_wait(const struct thread *t)
{
    return !(t->x[REG_A1] & MESSAGE_NOWAIT);
}

static inline struct thread **
endpoint_queue(const struct thread *t)
{
    struct endpoint *ep = t->endpoint;

    return t->state == THREAD_WAIT_RECV ? &ep->receivers : &ep->senders;
}

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

static inline void
endpoint_wait(struct thread *t, struct endpoint *ep, struct thread **queue,
              enum thread_state state)
{
    t->endpoint = ep;
    t->state = (uint8_t)state;
    endpoint_enqueue(queue, t);
}

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
    struct thread *server;    /* reserved for priority inheritance */
    uint32_t recv_handles;    /* handles with RECV; 0 is for ever */
};

_Static_assert(sizeof(struct endpoint) <= RECORD_SMALL_BYTES, "record size");

static inline struct endpoint *
object_endpoint(struct object *object)
{
    return container_of(object, struct endpoint, object);
}

/* An endpoint at the payer's cost, without handles yet; ERR_QUOTA. */
MUST_CHECK err_t endpoint_create(struct payer *payer, struct endpoint **out);

/* The four halves of a conversation. `via` is the handle that `t` named, found
 * and checked; the message is in the registers of `t`. Each returns who runs
 * next. A thread that has to wait has its call finished later, by the
 * thread that it waited for. */

/* Gives the message to a waiting receiver, or waits until one takes it.
 * ERR_DEAD: nobody can ever receive. ERR_WOULD_BLOCK: NOWAIT. */
struct thread *endpoint_send(struct thread *t, struct slot *via);

/* The same, and then waits for the answer. */
struct thread *endpoint_call(struct thread *t, struct slot *via);

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

/* Makes `caller` wait for a reply from the process of `server`, which gets the
 * token for it in its registers. */
void token_take(struct thread *server, struct thread *caller);

/* The token of `caller` is used up; it waits for nobody. */
void token_drop(struct thread *caller);

/* Finishes the call of `caller`, whose token was found good, with the message
 * in the registers of `t`. The caller is then able to run, in no queue. */
void reply_send(struct thread *t, struct thread *caller);

/* The thread whose call `token` answers, if `t` may answer it, else NULL. */
static inline struct thread *token_find(const struct thread *t, token_t token);

/* Waits or not, `t` leaves the endpoint's queue and its call ends with
 * `error`; it is in no queue then. */
void endpoint_cancel(struct thread *t, err_t error);

/* Nobody will ever receive here again: finishes a step's worth of the queued
 * senders with ERR_DEAD; false while more are left. */
bool endpoint_hangup(struct endpoint *ep);

/* Who pays for the endpoint ends: as if the last handle with RECV had gone.
 * False while senders are left. */
bool endpoint_retire(struct endpoint *ep);

/* A handle with RECV to it was made: count it. */
static inline void
endpoint_recv_handle_added(struct object *object)
{
    object_endpoint(object)->recv_handles++;
}

/* The caller of a server that has ended: its call ends with ERR_DEAD. */
void endpoint_caller_dead(struct thread *caller);

static inline struct thread *
token_find(const struct thread *t, token_t token)
{
    struct thread *caller = threads[token & (THREAD_IDS - 1)];

    if (unlikely(caller->token != token || caller->server != t->process))
        return NULL;
    return caller;
}

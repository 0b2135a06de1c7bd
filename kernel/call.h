/* SPDX-License-Identifier: MIT */
/* Calls: a message there, and its answer back. */
#pragma once

#include "endpoint.h"
#include "token.h"

/* Sends the message in the registers of `t` through `via`, the handle that it
 * named, found and checked, and waits for the answer; returns who runs next.
 * Errors as endpoint_send. */
struct thread *endpoint_call(struct thread *t, struct slot *via);

/* Finishes the call of `caller`, whose token was found good, with the message
 * in the registers of `t`. The caller is then able to run, in no queue. */
void reply_send(struct thread *t, struct thread *caller);

/* The caller of a server that has ended: its call ends with ERR_DEAD. */
void call_dead(struct thread *caller);

/* `t` receives from `ep` from now on: who queues there to call lends it
 * priority. */
void call_serve(struct endpoint *ep, struct thread *t);

/* `t`, unless it is as urgent already, gets `priority`, in the queue that it
 * may be in too. */
void call_raise(struct thread *t, unsigned priority);

/* Running thread `t` gets the priority that it has reason for: its own, or that
 * of the caller it works for, or of the first that queues for it. */
void call_settle(struct thread *t);

/* SPDX-License-Identifier: MIT */
/* A call is a debt: the server owes the caller a reply, and until then works
 * at the caller's priority.
 *
 * The token, the right to answer once, is in the caller's own record: nothing
 * is allocated, so nothing can run out. So is the loan of priority: a server
 * works for the caller it received last, at the higher of the two priorities,
 * until it answers that one or receives again. Callers that it keeps waiting
 * meanwhile lend nothing. A chain of calls needs no care: each call is made at
 * the priority that was lent.
 *
 * Called by endpoint.c and call.c when messages meet, by fault.c for faults,
 * which are calls that a thread did not know it would make. */
#include "token.h"

enum { TOKEN_NEXT = 1 << 16 };

/* Lab: rpc-inherit */
void
thread_inherit(struct thread *server, struct thread *caller)
{
    server->client = caller->token;
    if (server->priority < caller->priority)
        server->priority = caller->priority;
}

/* Lab: rpc-inherit */
void
thread_restore(struct thread *t)
{
    t->priority = t->base_priority;
    t->client = 0; /* whoever it keeps waiting lends nothing any more */
}

/* Lab: rpc-token */
void
token_take(struct thread *server, struct thread *caller)
{
    server->x[REG_T0] = caller->token;
    caller->server = server->process;
    caller->state = THREAD_WAIT_REPLY;
    thread_inherit(server, caller);
}

/* Lab: rpc-token */
void
token_drop(struct thread *caller)
{
    caller->token += TOKEN_NEXT;
    caller->server = NULL;
}

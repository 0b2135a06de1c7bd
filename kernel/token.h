/* SPDX-License-Identifier: MIT */
/* Tokens: who works for whom, and how urgently. */
#pragma once

#include "thread.h"
#include "types.h"

/* Makes `caller` wait for a reply from the process of `server`, which gets the
 * token for it in its registers, and works for it from now on. */
void token_take(struct thread *server, struct thread *caller);

/* The token of `caller` is used up; it waits for nobody. */
void token_drop(struct thread *caller);

/* `server` works for `caller`: at least as urgently as that runs itself. */
void thread_inherit(struct thread *server, struct thread *caller);

/* `t` works for itself again. */
void thread_restore(struct thread *t);

/* The thread whose call `token` answers, if `t` may answer it, else NULL. */
static inline struct thread *
token_find(const struct thread *t, token_t token)
{
    struct thread *caller = threads[token & (THREAD_IDS - 1)];

    if (unlikely(caller->token != token || caller->server != t->process))
        return NULL;
    return caller;
}

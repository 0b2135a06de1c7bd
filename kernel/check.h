/* SPDX-License-Identifier: MIT */
/* The numbered invariants, checked while the kernel runs: debug builds only
 * (make DEBUG=1). A kernel that breaks one panics with its number. */
#pragma once

#include "thread.h"
#include "types.h"

/* Before a trap of `t` is dealt with: remembers what to look at afterwards. */
void check_enter(const struct thread *t);

/* Before the kernel is left for `next`: checks it, the thread that came in,
 * their processes, what the handles in a0 and a1 named, and one more thread in
 * turn; at every CHECK_ALL_EXITS-th exit everything. */
enum { CHECK_ALL_EXITS = 1024 };
void check_exit(const struct thread *next);

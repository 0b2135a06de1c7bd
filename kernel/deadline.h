/* SPDX-License-Identifier: MIT */
/* Deadlines: which thread is to be signalled next, and when. */
#pragma once

#include "thread.h"
#include "types.h"

enum { DEADLINE_NONE = 0 };

/* The deadline of `t` is at `ticks` of the time base from now on, instead of
 * any that it had; DEADLINE_NONE takes it away. Then it is to get the signals
 * `bits`. */
void deadline_set(struct thread *t, uint64_t ticks, uint64_t bits);

/* Takes the earliest deadline away if it is not later than `now`; returns
 * whose it was, or NULL. */
struct thread *deadline_expire(uint64_t now);

/* The earliest deadline; UINT64_MAX if there is none. */
uint64_t deadline_first(void);

/* SPDX-License-Identifier: MIT */
/* What trap.S calls. */
#pragma once

#include "thread.h"

/* `t` trapped with `cause` (scause) at `pc`; all other registers are in its
 * frame. Returns the thread to resume, perhaps another. */
struct thread *trap(struct thread *t, uint64_t cause, uaddr_t pc);

/* Stands in for trap() while the trace is on. */
struct thread *trap_traced(struct thread *t, uint64_t cause, uaddr_t pc);

/* Deals with the interrupts that are pending on a hart that idles. */
void trap_poll(void);

/* SPDX-License-Identifier: MIT */
/* What trap.S calls. */
#pragma once

#include "thread.h"

/* `t` trapped with `cause` (scause); its registers are in its frame. Returns
 * the thread to resume, perhaps another. */
struct thread *trap(struct thread *t, uint64_t cause);

/* The labels of trap.S. */
void trap_entry(void);

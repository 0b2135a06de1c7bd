/* SPDX-License-Identifier: MIT */
/* What happens to a program that does what it may not. */
#pragma once

#include "thread.h"
#include "types.h"

/* `t` trapped with `cause` (scause) at `address` (stval). Ends its process
 * after one line in the log; returns who runs next. */
struct thread *fault_raise(struct thread *t, uint64_t cause, uaddr_t address);

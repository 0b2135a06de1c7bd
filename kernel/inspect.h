/* SPDX-License-Identifier: MIT */
/* What `ps` may know: threads and processes in numbers. */
#pragma once

#include "thread.h"
#include "types.h"

/* Writes into the result registers of `t` what abi/inspect.h says of a thread,
 * or of a process. */
void inspect_thread(struct thread *t, const struct thread *subject);
void inspect_process(struct thread *t, const struct process *subject);

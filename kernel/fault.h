/* SPDX-License-Identifier: MIT */
/* Faults of programs, as messages to whoever is responsible for them. */
#pragma once

#include "thread.h"

/* `t` trapped with `cause` (scause) at `address` (stval), and it was no system
 * call; returns who runs next. */
struct thread *fault_raise(struct thread *t, uint64_t cause, uaddr_t address);

/* Sends the fault in the record of `t` through its process's fault handle; or
 * ends the process, if it has none or nobody can receive. Returns who runs
 * next. */
struct thread *fault_deliver(struct thread *t);

/* Gives `t`, which receives, the fault of `faulter`, which is in no queue any
 * more and waits for an answer. */
void fault_receive(struct thread *t, struct thread *faulter);

/* The thread whose fault `token` answers, if `t` may answer it, else NULL. */
struct thread *fault_find(const struct thread *t, token_t token);

/* Whether the registers of `t` hold an answer to a fault: ERR_ARGUMENT. */
MUST_CHECK err_t fault_answer_check(const struct thread *t);

/* Does what they say to `faulter`. It comes back if it is able to run now, in
 * no queue; NULL: its process ends. */
struct thread *fault_answer(const struct thread *t, struct thread *faulter);

/* Nobody will answer `faulter`, for its server has ended: it tries again what
 * it did, and so faults again, to the next server or to nobody. */
void fault_retry(struct thread *faulter);

/* Nobody will receive the queued fault of `faulter`: its process ends. */
void fault_end(struct thread *faulter);

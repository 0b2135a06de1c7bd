/* SPDX-License-Identifier: MIT */
/* The last message of a process: that it has ended. */
#pragma once

#include "process.h"
#include "thread.h"

/* Nothing is left of an ended process but its record, the table, and perhaps
 * its last thread: they go, and the quota is the creator's again. */
void process_gone(struct process *p);

/* Makes the registers of `carrier`, the last thread of `p`, the message. */
void notice_write(const struct process *p, struct thread *carrier,
                  uint64_t badge);

/* Gives `t`, which receives, the notice of an ended process, whose last thread
 * `carrier` is in no queue any more. With that nothing is left of it. */
void notice_receive(struct thread *t, struct thread *carrier);

/* Nobody will receive the queued notice that `carrier` holds. */
void notice_drop(struct thread *carrier);

/* Nobody will receive the fault, or the notice, with which `t` is queued: see
 * endpoint_set_undeliverable. */
void undeliverable_drop(struct thread *t);

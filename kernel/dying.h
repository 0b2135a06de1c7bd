/* SPDX-License-Identifier: MIT */
/* The end of processes and threads. */
#pragma once

#include "process.h"
#include "sched.h"

/* Begins the end of a process and of all that it created. Returns at once;
 * schedule() does the rest bit by bit. Twice is once. The caller sees to it
 * that its own thread does not go on if it belongs to one of them. */
void process_end(struct process *p, struct process_death death);

/* Those whose end is under way, in the order in which they are taken apart. */
extern struct list processes_dying;

/* One step of the first of them. */
enum clean_state process_end_step(void);

/* Whatever `t`, which runs on no hart, does or waits for ends, and nothing will
 * reach it any more. */
void thread_stop(struct thread *t);

/* Ends running thread `t`, and with the last thread its process. False: there
 * is more to do, call again. */
MUST_CHECK bool thread_exit(struct thread *t, int64_t code);

/* SPDX-License-Identifier: MIT */
/* Further threads in this process. */
#pragma once

#include <abi/error.h>
#include <abi/rights.h>

#include <stddef.h>

/* Starts a thread that calls function(argument) and ends when that returns.
 * `stack` are `stack_bytes` bytes (at least 1024) that belong to the thread
 * from now on; their top also holds its thread variables. Works through the
 * grant "self". */
__attribute__((warn_unused_result)) err_t
thread_start(void (*function)(void *argument), void *argument, void *stack,
             size_t stack_bytes, unsigned priority, handle_t *thread);

/* Goes on in a new thread, of `priority` or the highest below it that the
 * process may have, which gets a handle to itself: the way for a program's
 * first thread to have signals sent to it, for nobody gave it a handle. The
 * new thread calls function(self) and ends the program with exit when that
 * returns; the calling thread ends here. On an error it ends the program
 * instead. */
_Noreturn void thread_continue(void (*function)(handle_t self), void *stack,
                               size_t stack_bytes, unsigned priority);

/* Gives the thread variables at `block` their first values. */
void thread_variables_init(void *block);

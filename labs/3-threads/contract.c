/* SPDX-License-Identifier: MIT */
/* The names and types that this lab fixes. Compiled with the headers of the
 * kernel under test; it makes no code, only errors that say what has moved. */
#include "deadline.h"
#include "dying.h"
#include "sched.h"
#include "signals.h"

#define CONTRACT(function, ...)                                                \
    _Static_assert(                                                            \
        __builtin_types_compatible_p(__typeof__(function), __VA_ARGS__),       \
        #function " no longer has the type that lab 3 fixes: " #__VA_ARGS__)

CONTRACT(ready_push, void(struct thread *));
CONTRACT(ready_pop, struct thread *(void));
CONTRACT(slice_tick, struct thread *(struct thread *));
CONTRACT(signal_send, struct thread *(struct thread *, uint64_t));
CONTRACT(signal_wait, struct thread *(struct thread *, struct thread *));
CONTRACT(deadline_set, void(struct thread *, uint64_t, uint64_t));
CONTRACT(deadline_expire, struct thread *(uint64_t));
CONTRACT(thread_exit, bool(struct thread *, int64_t));

/* SPDX-License-Identifier: MIT */
/* The names and types that this lab fixes. Compiled with the headers of the
 * kernel under test; it makes no code, only errors that say what has moved. */
#include "fault.h"
#include "layout.h"
#include "syscall.h"
#include "thread.h"
#include "timer.h"
#include "trap.h"

#define CONTRACT(function, ...)                                                \
    _Static_assert(                                                            \
        __builtin_types_compatible_p(__typeof__(function), __VA_ARGS__),       \
        #function " no longer has the type that lab 2 fixes: " #__VA_ARGS__)

CONTRACT(thread_frame_init, void(struct thread *, uaddr_t, uaddr_t, uint64_t));
CONTRACT(trap, struct thread *(struct thread *, uint64_t, uaddr_t));
CONTRACT(syscall_dispatch, struct thread *(struct thread *));
CONTRACT(fault_raise, struct thread *(struct thread *, uint64_t, uaddr_t));
CONTRACT(timer_arm, void(uint64_t));
CONTRACT(timer_tick, bool(void));

/* What is looked at from outside where trap() begins. */
#define OFFSET(name, bytes)                                                    \
    _Static_assert((name) == (bytes),                                          \
                   #name " is no longer " #bytes ", which lab 2 fixes")

OFFSET(FRAME_PC, 0);
OFFSET(THREAD_HART, 256);
OFFSET(HART_STACK, 0);
OFFSET(HART_LOCK, 24);

/* SPDX-License-Identifier: MIT */
/* A lock between the threads of a process.
 *
 * A thread that finds it taken yields until it is free. So threads that
 * share a lock must have the same priority: a more urgent one would yield to
 * nobody and wait for ever. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The name is picolibc's. All zeros is a free lock. */
struct __lock { /* NOLINT(bugprone-reserved-identifier): picolibc's */
    int is_taken;
    unsigned depth;  /* of a recursive lock: how often its owner took it */
    uintptr_t owner; /* of a recursive lock: its tp */
};

void lock_acquire(struct __lock *lock);

/* Takes it if it is free; false if it is not. */
static inline bool
lock_try(struct __lock *lock)
{
    return !__atomic_exchange_n(&lock->is_taken, 1, __ATOMIC_ACQUIRE);
}

static inline void
lock_release(struct __lock *lock)
{
    __atomic_store_n(&lock->is_taken, 0, __ATOMIC_RELEASE);
}

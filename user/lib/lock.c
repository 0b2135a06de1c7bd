/* SPDX-License-Identifier: MIT */
/* Locks, and picolibc's names for them [picolibc locking.md]. */
#include <lib/lock.h>

#include <lib/syscall.h>

#include <stdlib.h>
#include <sys/lock.h>

void
lock_acquire(struct __lock *lock)
{
    while (!lock_try(lock))
        sys_thread_yield();
}

/* ------------------------------------------------------ what picolibc asks */

/* The one lock inside picolibc: of what exit calls, the environment and the
 * time zone. malloc has its own (malloc.c). */
struct __lock __lock___libc_recursive_mutex;

/* Each thread has a tp of its own, so it names the thread. */
static uintptr_t
thread_self(void)
{
    return (uintptr_t)__builtin_thread_pointer();
}

/* Whether the calling thread has the recursive lock already. Only the owner
 * ever writes its own tp there, so no other thread can read it by chance. */
static bool
lock_is_mine(const struct __lock *lock)
{
    return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == thread_self();
}

void
__retarget_lock_init(_LOCK_T *lock)
{
    *lock = calloc(1, sizeof(**lock));
    if (!*lock)
        abort();
}

void
__retarget_lock_init_recursive(_LOCK_T *lock)
{
    __retarget_lock_init(lock);
}

void
__retarget_lock_close(_LOCK_T lock)
{
    free(lock);
}

void
__retarget_lock_close_recursive(_LOCK_T lock)
{
    free(lock);
}

void
__retarget_lock_acquire(_LOCK_T lock)
{
    lock_acquire(lock);
}

int
__retarget_lock_try_acquire(_LOCK_T lock)
{
    return lock_try(lock);
}

void
__retarget_lock_release(_LOCK_T lock)
{
    lock_release(lock);
}

int
__retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
    if (!lock_is_mine(lock)) {
        if (!lock_try(lock))
            return false;
        __atomic_store_n(&lock->owner, thread_self(), __ATOMIC_RELAXED);
    }
    lock->depth++;
    return true;
}

void
__retarget_lock_acquire_recursive(_LOCK_T lock)
{
    while (!__retarget_lock_try_acquire_recursive(lock))
        sys_thread_yield();
}

void
__retarget_lock_release_recursive(_LOCK_T lock)
{
    if (--lock->depth > 0)
        return;
    /* The owner first: once the lock is free it is another thread's. */
    __atomic_store_n(&lock->owner, 0, __ATOMIC_RELAXED);
    lock_release(lock);
}

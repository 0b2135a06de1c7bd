/* SPDX-License-Identifier: MIT */
/* A new thread's stack, from its top down:
 *
 *     stack + stack_bytes   +----------------------+
 *                           | thread variables     |  <- tp
 *                           | struct thread_start  |  <- sp and a0 at entry
 *                           | free                 |
 *     stack                 +----------------------+
 *
 * thread_entry (crt0.S) sets tp from the record and calls thread_run. */
#include <lib/thread.h>

#include <lib/startup.h>
#include <lib/syscall.h>

#include <picotls.h>
#include <stdlib.h>

struct thread_start {
    void *variables; /* first: crt0.S loads it from offset 0 */
    void (*function)(void *argument);
    void *argument;
};

_Static_assert(offsetof(struct thread_start, variables) == 0,
               "crt0.S reads it there");

enum { THREAD_STACK_MIN = 1024, STACK_ALIGN = 16 };

extern char thread_entry[];
_Noreturn void thread_run(const struct thread_start *start);

void
thread_variables_init(void *block)
{
    _init_tls(block);
}

err_t
thread_start(void (*function)(void *argument), void *argument, void *stack,
             size_t stack_bytes, unsigned priority, handle_t *thread)
{
    uintptr_t mask = ~(uintptr_t)(STACK_ALIGN - 1);
    uintptr_t top = (uintptr_t)stack + stack_bytes;
    uintptr_t variables = (top - _tls_size()) & mask;
    struct thread_start *start =
        (struct thread_start *)((variables - sizeof(*start)) & mask);

    if (stack_bytes < THREAD_STACK_MIN + _tls_size())
        return ERR_ARGUMENT;
    thread_variables_init((void *)variables);
    *start = (struct thread_start){(void *)variables, function, argument};
    return sys_thread_create(startup_handle("self"), (uint64_t)thread_entry,
                             (uint64_t)start, (uint64_t)start, priority,
                             thread);
}

_Noreturn void
thread_run(const struct thread_start *start)
{
    start->function(start->argument);
    sys_thread_exit(0);
}

/* What thread_continue's new thread does, and the handle that it waits for:
 * it may run before the one that made it knows the handle. */
static void (*continuation)(handle_t self);
static handle_t continuation_self;

static void
continuation_run(void *argument)
{
    handle_t self;

    (void)argument;
    while (!(self = __atomic_load_n(&continuation_self, __ATOMIC_ACQUIRE)))
        sys_thread_yield();
    continuation(self);
    exit(EXIT_SUCCESS);
}

_Noreturn void
thread_continue(void (*function)(handle_t self), void *stack,
                size_t stack_bytes, unsigned priority)
{
    handle_t thread;
    err_t error;

    continuation = function;
    do /* ERR_ARGUMENT: more than the process may have */
        error = thread_start(continuation_run, NULL, stack, stack_bytes,
                             priority, &thread);
    while (error == ERR_ARGUMENT && priority-- > 0);
    if (error != OK)
        exit(EXIT_FAILURE);
    __atomic_store_n(&continuation_self, thread, __ATOMIC_RELEASE);
    sys_thread_exit(0);
}

/* SPDX-License-Identifier: MIT */
/* Makes and unmakes all that messages are made with, again and again, from a
 * quota that is hardly larger than one cycle needs. So whatever a cycle does
 * not give back is missing before long, wherever the kernel keeps count.
 *
 * Each cycle makes an endpoint and a child process. At this endpoint
 *
 *     1  a thread of ours waits to send, and its handle is closed
 *     2  another waits to receive, and its handle is closed
 *     3  the child waits to send, and is killed
 *     4  a thread waits to send, and the endpoint hangs up
 *
 * Parameters: actor, its number; count, of cycles; priority, its own. It
 * notes how many cycles it could do, or the first error. After an error it
 * still asks for as many endpoints and processes, and does nothing else: so
 * the calls that QEMU sees depend on the count alone, and tell a kernel that
 * makes the note itself from one that loses something. */
#include "ipc.h"

#include <lib/test.h>
#include <lib/thread.h>

#include <stdbool.h>
#include <string.h>

enum {
    STACK_BYTES = 2048,
    TURNS_MAX = 100,
    CHILD_FRAMES = 16,
    CHILD_PLACE = 0x20000000,
};

/* All that the child does: sends to the endpoint in a0. */
extern const char child_code[], child_code_end[];
__asm__(".pushsection .rodata\n"
        "child_code:\n"
        "    li a1, 0\n"
        "    li a7, 2\n" /* SYS_ENDPOINT_SEND */
        "    ecall\n"
        "1:  j 1b\n"
        "child_code_end:\n"
        ".popsection\n");

_Static_assert(SYS_ENDPOINT_SEND == 2, "child_code");

static char stack[STACK_BYTES] __attribute__((aligned(16)));
static handle_t self;
static handle_t code; /* the child's memory */
static unsigned priority;

/* What the thread does, and what it came to. */
static struct {
    handle_t handle;
    bool is_receiving;
    bool is_done;
    err_t error;
} waiter;

static void
waiter_run(void *argument)
{
    struct message m = {0};

    (void)argument;
    waiter.error = waiter.is_receiving ? sys_endpoint_recv(waiter.handle, 0, &m)
                                       : sys_endpoint_send(waiter.handle, &m);
    waiter.is_done = true;
}

/* A thread of ours waits through `handle` when this returns. */
static err_t
waiter_start(handle_t handle, bool is_receiving)
{
    handle_t thread;
    err_t error;

    waiter.handle = handle;
    waiter.is_receiving = is_receiving;
    waiter.is_done = false;
    error =
        thread_start(waiter_run, NULL, stack, STACK_BYTES, priority, &thread);
    if (error == OK)
        error = sys_handle_close(thread);
    sys_thread_yield();
    return error;
}

/* Closes `handle`, after which the thread's call must end with `expected`.
 * ERR_BUSY: it does not end; ERR_UNFINISHED: it ends otherwise. */
static err_t
waiter_end(handle_t handle, err_t expected)
{
    err_t error = sys_handle_close(handle);

    for (unsigned turn = 0; turn < TURNS_MAX && !waiter.is_done; turn++)
        sys_thread_yield();
    sys_thread_yield(); /* it ends */
    if (error != OK)
        return error;
    if (!waiter.is_done)
        return ERR_BUSY; /* it waits on */
    return waiter.error == expected ? OK : ERR_UNFINISHED;
}

/* Steps 1 and 2. */
static err_t
closing(handle_t port, bool is_receiving)
{
    handle_t copy;
    err_t error = sys_handle_copy(
        port, self, is_receiving ? ENDPOINT_RECV : ENDPOINT_SEND, &copy);

    if (error == OK)
        error = waiter_start(copy, is_receiving);
    return error == OK ? waiter_end(copy, ERR_REVOKED) : error;
}

/* Step 3. */
static err_t
killing(handle_t port, handle_t child)
{
    handle_t thread, to = HANDLE_NONE;
    err_t error = sys_handle_copy(port, child, ENDPOINT_SEND, &to);

    if (error == OK)
        error = sys_memory_map(child, code, CHILD_PLACE, 0, 1,
                               MEMORY_READ | MEMORY_EXEC);
    if (error == OK)
        error = sys_thread_create(child, CHILD_PLACE, 0, to, priority, &thread);
    sys_thread_yield();
    while (sys_process_kill(child, 0) == OK)
        sys_thread_yield();
    return error;
}

/* Step 4. */
static err_t
hanging_up(handle_t port)
{
    handle_t copy;
    err_t error = sys_handle_copy(port, self, ENDPOINT_SEND, &copy);

    if (error == OK)
        error = waiter_start(copy, false);
    if (error == OK)
        error = waiter_end(port, ERR_DEAD);
    return error == OK ? sys_handle_close(copy) : error;
}

/* `error` is that of the cycles before. The child is made after steps 1 and 2:
 * what they lost is then missing for it. */
static err_t
cycle(err_t error)
{
    handle_t port, child;
    err_t made = sys_endpoint_create(self, &port);

    if (error == OK)
        error = made;
    if (error == OK)
        error = closing(port, false);
    if (error == OK)
        error = closing(port, true);
    made = sys_process_create(self, CHILD_FRAMES, PROCESS_SLOTS_MIN, priority,
                              process_name("child"), &child);
    if (error == OK)
        error = made;
    if (error == OK)
        error = killing(port, child);
    return error == OK ? hanging_up(port) : error;
}

int
main(void)
{
    uint64_t actor = test_parameter("actor", 0);
    uint64_t count = test_parameter("count", 1);
    uint64_t done = 0;
    err_t error;

    self = startup_handle("self");
    priority = (unsigned)test_parameter("priority", 0);
    ledger_open();
    error = sys_memory_create(self, 1, &code);
    if (error == OK)
        error = sys_memory_map(self, code, CHILD_PLACE, 0, 1,
                               MEMORY_READ | MEMORY_WRITE);
    if (error == OK)
        memcpy((void *)(uintptr_t)CHILD_PLACE, child_code,
               (size_t)(child_code_end - child_code));
    for (uint64_t i = 0; i < count; i++) {
        error = cycle(error);
        done += error == OK;
    }
    ledger_note(actor, error, done);
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* A thread that a signal has pushed aside gets its turn again.
 *
 *     main (32)            server (40)                 caller (32)
 *                          holds the caller's call     waits for the answer
 *     signals the server
 *     (ready)              answers the caller, waits
 *                                                      spins until main has run
 *
 * When main signals no slice runs, for nobody else was ready. If none is begun
 * then, the caller spins for ever. */
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/thread.h>

#include <stdbool.h>
#include <stdio.h>

enum {
    SAME = 32,
    URGENT = 40,
    STACK_BYTES = 2048,
    SLICES_US = 100000,
    TICKS_PER_US = 10,
};

static handle_t self, port;
static volatile bool has_main_run, has_caller_ended;

static void
check(bool claim, const char *text)
{
    if (!claim)
        printf("turns FAILED: %s\n", text);
}

static void
server_run(void *unused)
{
    struct message call, m;
    err_t error = sys_endpoint_recv(port, 0, &call);

    (void)unused;
    if (error == OK)
        error = sys_endpoint_recv(port, 0, &m); /* the signal */
    check(error == OK && m.header == MESSAGE_SIGNAL, "no signal");
    check(sys_endpoint_reply_recv(port, &call) == ERR_REVOKED, "no end");
}

static void
caller_run(void *unused)
{
    struct message m = {.header = 1};

    (void)unused;
    check(sys_endpoint_call(port, &m) == OK, "no answer");
    while (!has_main_run)
        ;
    has_caller_ended = true;
}

/* Longer than all slices that may still run. */
static void
slices_await(void)
{
    uint64_t start, now;

    __asm__ volatile("rdtime %0" : "=r"(start));
    do
        __asm__ volatile("rdtime %0" : "=r"(now));
    while (now - start < (uint64_t)SLICES_US * TICKS_PER_US);
}

/* Starts a thread; the handle to it signals. */
static handle_t
role_start(void (*run)(void *), unsigned priority, void *stack)
{
    handle_t thread = HANDLE_NONE, badged = HANDLE_NONE;

    check(thread_start(run, NULL, stack, STACK_BYTES, priority, &thread) ==
                  OK &&
              sys_handle_mint(thread, self, THREAD_SIGNAL, 1, &badged) == OK,
          "no thread");
    return badged;
}

int
main(void)
{
    static char stacks[2][STACK_BYTES] __attribute__((aligned(16)));
    handle_t server;

    self = startup_handle("self");
    check(sys_endpoint_create(self, &port) == OK, "no endpoint");
    server = role_start(server_run, URGENT, stacks[0]);
    (void)role_start(caller_run, SAME, stacks[1]);
    sys_thread_yield();
    slices_await();
    check(sys_thread_signal(server) == OK, "the signal");
    has_main_run = true;
    while (!has_caller_ended)
        sys_thread_yield();
    check(sys_handle_close(port) == OK, "the endpoint");
    printf("turns done\n");
    test_end();
}

/* SPDX-License-Identifier: MIT */
/* Receives a number of messages and notes each one's label. sys_null comes
 * after each, so that the host sees which receives came back. Then it stays,
 * and keeps its handle, until it is killed: it waits where nobody ever sends,
 * or, as a holder, it spins while nobody else can run, and so is in no queue.
 *
 * Parameters: actor, its number; count, of messages; manner=1 for a holder.
 * Grants: "from"; see ipc.h. */
#include "ipc.h"

#include <lib/test.h>
#include <lib/thread.h>

enum { STACK_BYTES = 2048, PRIORITY_LEAST = 0 };

static char stack[STACK_BYTES] __attribute__((aligned(16)));

static void
spin(void *argument)
{
    (void)argument;
    for (;;)
        __asm__ volatile("");
}

int
main(void)
{
    uint64_t actor = test_parameter("actor", 0);
    uint64_t count = test_parameter("count", 1);
    struct message m = {0};
    handle_t quiet, thread;

    ledger_open();
    while (count-- > 0) {
        err_t error = sys_endpoint_recv(startup_handle("from"), 0, &m);

        ledger_note(actor, error, m.header);
        if (error != OK)
            return 1;
        sys_null();
    }
    if (test_parameter("manner", 0) == 1) {
        if (thread_start(spin, NULL, stack, STACK_BYTES, PRIORITY_LEAST,
                         &thread) != OK)
            return 1;
        sys_thread_exit(0);
    }
    if (sys_endpoint_create(startup_handle("self"), &quiet) != OK)
        return 1;
    m.token = 0;
    return sys_endpoint_reply_recv(quiet, &m);
}

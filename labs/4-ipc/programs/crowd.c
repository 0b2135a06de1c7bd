/* SPDX-License-Identifier: MIT */
/* Many threads, each of which sends one message and notes its error.
 *
 * Parameters: actor, the number of the first thread, and the others count on
 * from there; count, of threads; priority; seed, of the first thread, and the
 * others count on. Grants: "to"; see ipc.h. */
#include "ipc.h"

#include <lib/test.h>
#include <lib/thread.h>

enum { THREADS_MAX = 80, STACK_BYTES = 2048 };

static char stacks[THREADS_MAX][STACK_BYTES] __attribute__((aligned(16)));

static void
send_one(void *argument)
{
    uint64_t index = (uint64_t)argument;
    uint64_t state = test_parameter("seed", 0) + index;
    struct message m = {.header = test_random(&state) & MESSAGE_LABEL_MASK};
    err_t error = sys_endpoint_send(startup_handle("to"), &m);

    if (error != OK)
        ledger_note(test_parameter("actor", 0) + index, error, 0);
}

int
main(void)
{
    uint64_t count = test_parameter("count", 1);
    unsigned priority = (unsigned)test_parameter("priority", 0);

    ledger_open();
    for (uint64_t i = 0; i < count && i < THREADS_MAX; i++) {
        handle_t thread;
        err_t error = thread_start(send_one, (void *)i, stacks[i], STACK_BYTES,
                                   priority, &thread);

        if (error != OK || sys_handle_close(thread) != OK)
            ledger_note(test_parameter("actor", 0) + i, error, 0);
    }
    sys_thread_exit(0);
}

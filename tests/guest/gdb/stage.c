/* SPDX-License-Identifier: MIT */
/* Brings eight threads into a known situation and stops in test_end.
 *
 *     id  process   priority  state    waits for
 *      1  init            32  running
 *      2  init            33  blocked  recv on `quiet`
 *      3  server          40  blocked  recv on `service`
 *      4  caller          41  blocked  reply from server
 *      5  early           42  blocked  send to `busy`, behind 6
 *      6  urgent          50  blocked  send to `busy`, first in the queue
 *      7  late            42  blocked  call to `busy`, behind 6 and 5
 *      8  spinner         10  ready
 *
 * Ids are given out in the order in which threads are made. Those above
 * priority 32 run as soon as they are made, until they wait; the spinner runs
 * while this program waits for its answer. So nothing depends on time. */
#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/thread.h>

#include <stdio.h>
#include <stdlib.h>

enum { STACK_BYTES = 2048, LISTENER_PRIORITY = 33, SPINNER_PRIORITY = 10 };

static char listener_stack[STACK_BYTES] __attribute__((aligned(16)));

/* Prints what went wrong and switches off with a failure. */
static void
must(const char *what, err_t error)
{
    if (error == OK)
        return;
    printf("FAILED %s: %s\n", what, error_text(error));
    (void)!sys_machine_power_off(startup_handle("machine"), EXIT_FAILURE);
    exit(EXIT_FAILURE);
}

static handle_t
endpoint_make(const char *name)
{
    handle_t endpoint = HANDLE_NONE;

    must(name, sys_endpoint_create(startup_handle("self"), &endpoint));
    return endpoint;
}

/* Starts `program` as process `name`, which does what `role` says with
 * `endpoint`. */
static void
start(const char *program, const char *name, unsigned priority,
      const char *role, handle_t endpoint)
{
    const struct spawn_grant grant = {"endpoint", endpoint,
                                      ENDPOINT_SEND | ENDPOINT_RECV, 0};
    const char *const arguments[] = {role, NULL};
    struct spawn_request request = {
        .name = name,
        .arguments = arguments,
        .grants = &grant,
        .grant_count = 1,
        .priority = priority,
    };
    struct spawned spawned;

    request.image = boot_file(program, &request.image_bytes);
    must(name, spawn_process(&request, &spawned));
}

/* The second thread: waits for a message that never comes. */
static void
listen(void *quiet)
{
    struct message m;

    must("listen", sys_endpoint_recv(*(handle_t *)quiet, 0, &m));
}

int
main(void)
{
    handle_t quiet = endpoint_make("quiet");
    handle_t service = endpoint_make("service");
    handle_t busy = endpoint_make("busy");
    handle_t spin = endpoint_make("spin");
    struct message m = {0};
    handle_t thread;

    must("listener", thread_start(listen, &quiet, listener_stack, STACK_BYTES,
                                  LISTENER_PRIORITY, &thread));
    start("actor", "server", 40, "recv", service);
    start("actor", "caller", 41, "call", service);
    start("actor", "early", 42, "send", busy);
    start("actor", "urgent", 50, "send", busy);
    start("actor", "late", 42, "call", busy);
    start("spinner", "spinner", SPINNER_PRIORITY, "spin", spin);

    /* Comes back when the spinner has begun to run. */
    must("spinner", sys_endpoint_call(spin, &m));
    test_end();
}

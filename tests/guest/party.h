/* SPDX-License-Identifier: MIT */
/* For scenarios with several processes: parties, which play a role of the
 * image's party.c, and what their supervisor hears of them.
 *
 * A party runs below us, so nothing of it happens until we wait. Then all that
 * can happen does: others_run comes back when nobody is able to run. */
#pragma once

#include "scenario.h"

#include <abi/inspect.h>

enum { LEAST = 1, LOWER = 24 };

/* Starts a party at `priority` with `grant` (NULL: none) and, in `arguments`,
 * its role and what that needs. */
static handle_t
party(const char *const *arguments, const struct spawn_grant *grant,
      unsigned priority)
{
    struct spawned spawned = {0};
    struct spawn_request request = {
        .name = "party",
        .arguments = arguments,
        .grants = grant,
        .grant_count = grant ? 1 : 0,
        .priority = priority,
        .frames = 64,
    };

    request.image = boot_file("party", &request.image_bytes);
    check_error(spawn_process(&request, &spawned), OK, "spawn");
    return spawned.process;
}

/* What happens to `process` is told through `port`, with `badge`. */
static void
watch(handle_t process, handle_t port, uint64_t badge)
{
    handle_t marked = HANDLE_NONE;

    check_error(sys_handle_mint(port, self, ENDPOINT_SEND | RIGHT_DERIVE, badge,
                                &marked),
                OK, "mint");
    check_error(sys_process_supervise(process, marked), OK, "supervise");
    close(marked);
}

static handle_t rest;

static void
rest_run(void *argument)
{
    const struct message m = {.header = 1};

    (void)argument;
    while (sys_endpoint_send(rest, &m) == OK)
        ;
}

/* Waits until everybody else does. */
static void
others_run(void)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    handle_t thread = HANDLE_NONE;
    struct message m;

    if (rest == HANDLE_NONE) {
        rest = port_create();
        check_error(
            thread_start(rest_run, NULL, stack, sizeof(stack), LEAST, &thread),
            OK, "a thread");
        close(thread);
    }
    /* The first message may have been waiting; then the second is new. */
    for (unsigned i = 0; i < 2; i++)
        check_error(sys_endpoint_recv(rest, 0, &m), OK, "rest");
}

/* The next that `port` tells is the end that is described. */
static void
expect_end(handle_t port, uint64_t badge, enum ended_reason reason,
           uint64_t code, uint64_t address)
{
    struct message m = {0};

    check_error(sys_endpoint_recv(port, 0, &m), OK, "a notice");
    check(m.header == MESSAGE_ENDED && m.token == 0, "no notice");
    check(m.badge == badge, "the notice's badge");
    check(m.words[0] == reason, "the reason");
    check(m.words[1] == code, "the code");
    check(m.words[2] == address, "the address");
    check(m.words[3] == 0 && m.words[4] == 0, "words beyond");
}

static void
expect_nothing(handle_t port)
{
    struct message m;

    check_error(sys_endpoint_recv(port, MESSAGE_NOWAIT, &m), ERR_WOULD_BLOCK,
                "there should be nothing");
}

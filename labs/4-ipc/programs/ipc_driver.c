/* SPDX-License-Identifier: MIT */
/* The first program: starts senders, receives what they send and records it,
 * step by step as its plan says.
 *
 *     plan=s0.40.2,s1.20.3,r0.2,r1.3
 *          |       |       |    |
 *          |       |       |    receive 3 messages from endpoint 1
 *          |       |       receive 2 messages from endpoint 0
 *          |       start a sender: endpoint 1, priority 20, 3 messages
 *          start a sender: endpoint 0, priority 40, 2 messages
 *
 * (A number of messages that is left out is 1.)
 *
 * Our own priority is 32, so the plan decides who comes first. A sender above
 * 32 has sent and waits before our next step begins. A sender below 32 runs
 * only while we wait: then the receiver is there first.
 *
 * Only we write records, and no report travels by message. So a kernel that
 * loses messages cannot lose reports.
 *
 * Parameters: plan; seed; report=label (or words, or badge), what of each
 * message is recorded; nowait=1, for the senders. */
#include "ipc.h"

#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENDPOINTS = 4, ARGUMENT_BYTES = 32 };

#define DEFAULT_PLAN "s0.40.2,s1.20.3,r0.2,r1.3"

/* What a register holds before a message comes into it: its name is the last
 * two digits. A record with this in it means that nobody wrote the register. */
#define POISON(name) (UINT64_C(0xbad0bad0bad00000) | (name))

static struct {
    handle_t all;     /* without a badge; copies of it are for senders */
    handle_t receive; /* with a badge, which nobody should ever see */
} endpoints[ENDPOINTS];

/* Where badges come from: state of test_random, from the seed on. */
static uint64_t badges;

/* Whether the last receive left a7 and t2 alone, which no message comes in. */
static bool neighbours_kept;

/* The stage is broken: says so where no record is, and gives up. */
_Noreturn static void
give_up(const char *what, err_t error)
{
    printf("ipc_driver: %s: %s\n", what, error_text(error));
    test_end();
}

static void
endpoints_make(void)
{
    handle_t self = startup_handle("self");

    for (unsigned i = 0; i < ENDPOINTS; i++) {
        err_t error = sys_endpoint_create(self, &endpoints[i].all);

        if (error == OK)
            error =
                sys_handle_mint(endpoints[i].all, self, ENDPOINT_RECV,
                                test_random(&badges), &endpoints[i].receive);
        if (error != OK)
            give_up("no endpoint", error);
    }
}

/* Starts the next sender. The first has number 1, and each has a sequence of
 * random numbers to itself: seed + number. */
static void
sender_start(handle_t endpoint, unsigned priority, uint64_t count)
{
    static uint64_t number;
    uint64_t badge1 = test_random(&badges);
    uint64_t badge2 = test_random(&badges);
    char seed[ARGUMENT_BYTES], messages[ARGUMENT_BYTES];
    const char *nowait = test_parameter("nowait", 0) ? "nowait=1" : "nowait=0";
    const char *const arguments[] = {seed, messages, nowait, NULL};
    const struct spawn_grant grants[SENDER_HANDLES] = {
        {"to0", endpoint, ENDPOINT_SEND, 0},
        {"to1", endpoint, ENDPOINT_SEND, badge1},
        {"to2", endpoint, ENDPOINT_SEND, badge2},
    };
    struct spawn_request request = {
        .name = "sender",
        .arguments = arguments,
        .grants = grants,
        .grant_count = SENDER_HANDLES,
        .priority = priority,
    };
    struct spawned sender;
    err_t error;

    snprintf(seed, sizeof(seed), "seed=%#lx",
             test_parameter("seed", 0) + ++number);
    snprintf(messages, sizeof(messages), "count=%lu", count);
    request.image = boot_file("sender", &request.image_bytes);
    error = spawn_process(&request, &sender);
    if (error != OK)
        give_up(sender.problem, error);
}

/* Receives, as sys_endpoint_recv does, but into poisoned registers. It stays
 * one function with one ecall, so that the host can count its calls. */
__attribute__((noipa)) static err_t
receive(handle_t endpoint, struct message *m)
{
    register uint64_t a0 __asm__("a0") = endpoint;
    register uint64_t a1 __asm__("a1") = POISON(0xa1) & MESSAGE_LABEL_MASK;
    register uint64_t a2 __asm__("a2") = POISON(0xa2);
    register uint64_t a3 __asm__("a3") = POISON(0xa3);
    register uint64_t a4 __asm__("a4") = POISON(0xa4);
    register uint64_t a5 __asm__("a5") = POISON(0xa5);
    register uint64_t a6 __asm__("a6") = POISON(0xa6);
    register uint64_t a7 __asm__("a7") = SYS_ENDPOINT_REPLY_RECV;
    register uint64_t t0 __asm__("t0") = 0; /* there is nobody to reply to */
    register uint64_t t1 __asm__("t1") = POISON(0xb1);
    register uint64_t t2 __asm__("t2") = POISON(0xb2);

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4),
                       "+r"(a5), "+r"(a6), "+r"(a7), "+r"(t0), "+r"(t1),
                       "+r"(t2)
                     :
                     : "memory");
    *m = (struct message){a1, {a2, a3, a4, a5, a6}, t0, t1};
    neighbours_kept = a7 == SYS_ENDPOINT_REPLY_RECV && t2 == POISON(0xb2);
    return (err_t)a0;
}

/* Records the part of the message that this run is about. */
static void
message_record(const struct message *m)
{
    const char *part = startup_argument("report");

    if (part && strcmp(part, "words") == 0)
        for (unsigned i = 0; i < MESSAGE_WORDS; i++)
            test_record("a%u %016lx", 2 + i, m->words[i]);
    else if (part && strcmp(part, "badge") == 0)
        test_record("header %016lx badge %016lx%s", m->header, m->badge,
                    neighbours_kept ? "" : " and a7 or t2 changed");
    else
        test_record("message %08lx token %lx", (uint64_t)message_label(m),
                    m->token);
}

/* Receives and records; the first error is the last record. */
static void
messages_take(handle_t endpoint, uint64_t count)
{
    while (count-- > 0) {
        struct message m;
        err_t error = receive(endpoint, &m);

        if (error != OK) {
            test_record("error %s", error_name(error));
            test_end();
        }
        message_record(&m);
    }
}

/* Does the step that begins at `step`; returns where it ends. */
static const char *
step_do(const char *step)
{
    uint64_t numbers[3] = {0, 1, 1};
    char *end = (char *)step;

    if (*step != 's' && *step != 'r')
        give_up("no such step", ERR_ARGUMENT);
    for (unsigned i = 0; i < 3 && (i == 0 || *end == '.'); i++)
        numbers[i] = strtoull(end + 1, &end, 10);
    if (numbers[0] >= ENDPOINTS)
        give_up("no such endpoint", ERR_ARGUMENT);
    if (*step == 's')
        sender_start(endpoints[numbers[0]].all, (unsigned)numbers[1],
                     numbers[2]);
    else
        messages_take(endpoints[numbers[0]].receive, numbers[1]);
    return end;
}

int
main(void)
{
    const char *plan = startup_argument("plan");

    badges = test_parameter("seed", 0);
    endpoints_make();
    if (!plan)
        plan = DEFAULT_PLAN;
    for (plan = step_do(plan); *plan == ','; plan = step_do(plan + 1))
        continue;
    test_end();
}

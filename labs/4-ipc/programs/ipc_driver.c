/* SPDX-License-Identifier: MIT */
/* The first program: starts senders and receivers, sends and receives itself,
 * and records what comes of it, step by step as its plan says.
 *
 *     plan=s0.40.2,s1.20.3,r0.2,r1.3
 *          |       |       |    |
 *          |       |       |    receive 3 messages from endpoint 1
 *          |       |       receive 2 messages from endpoint 0
 *          |       start a sender: endpoint 1, priority 20, 3 messages
 *          start a sender: endpoint 0, priority 40, 2 messages
 *
 * All steps, with X for an endpoint, P for a priority, N for a number of
 * messages (1 if it is left out):
 *
 *     sX.P.N  start a sender         rX.N  receive
 *     qX.P.N  one with NOWAIT        nX.N  receive with NOWAIT
 *     cX.P.N  one that calls         oX.N  send ("offer") with NOWAIT
 *     wX.P.N  start a receiver
 *     hX.P    a receiver of one message that then holds its handle
 *     tX.P    a thread of ours that sends once through a handle of its own
 *     uX.P    a thread of ours that receives once, in the same way
 *     mX.P.N  N threads (a multitude) of another process that send once
 *     pX.P    start a relay from endpoint X to endpoint X + 1
 *     zQ.P.N  N cycles of churn.c, from a quota of Q frames
 *     kA      end actor A: kill its process and wait until it is gone; or,
 *             if it is a thread of ours, close its handle
 *     dX.0    drop our handle to X that has all rights
 *     dX.1    drop our handle to X that we receive with
 *     eX.0    the same, but counted apart
 *     l       record "ledger" and what actors noted since the last time
 *
 * Our own priority is 32, so the plan decides who comes first. A sender above
 * 32 has sent and waits before our next step begins. A sender below 32 runs
 * only while we wait: then the receiver is there first.
 *
 * Only we write records, and no report travels by message. So a kernel that
 * loses messages cannot lose reports.
 *
 * Parameters: plan; seed; report=label (or words, badge, whole), what of each
 * message is recorded. */
#include "ipc.h"

#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/test.h>
#include <lib/thread.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    ENDPOINTS = 4,
    ARGUMENT_BYTES = 32,
    OUR_THREADS_MAX = 12,
    STACK_BYTES = 4096,
    /* Of what our offers are made: seed + this. */
    OFFERS = 1000,
};

/* Ends a record of a call that changed what it should not. */
#define MORE_CHANGED " and more changed"

#define DEFAULT_PLAN "s0.40.2,s1.20.3,r0.2,r1.3"

static struct {
    handle_t all;     /* without a badge, to make others from */
    handle_t receive; /* with a badge, which nobody should ever see */
    handle_t send;    /* the same without RECV; copies are for senders */
} endpoints[ENDPOINTS];

/* Whoever was started, by number. A thread of ours has no process. */
static struct {
    handle_t process;
    handle_t handle; /* that the thread of ours waits through */
    bool is_receiving;
    uint64_t recorded; /* of its notes */
} actors[ACTORS_MAX];

static unsigned actor_count; /* the last one's number */

static struct notes *const ledger = (struct notes *)LEDGER_PLACE;
static handle_t ledger_memory;

/* Where badges and our offers come from: states of test_random. */
static uint64_t badges, offers;

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
        if (error == OK)
            error = sys_handle_copy(endpoints[i].all, self,
                                    ENDPOINT_SEND | RIGHT_DERIVE,
                                    &endpoints[i].send);
        if (error != OK)
            give_up("no endpoint", error);
    }
}

static void
ledger_make(void)
{
    handle_t self = startup_handle("self");
    err_t error = sys_memory_create(self, LEDGER_PAGES, &ledger_memory);

    if (error == OK)
        error = sys_memory_map(self, ledger_memory, LEDGER_PLACE, 0,
                               LEDGER_PAGES, MEMORY_READ | MEMORY_WRITE);
    if (error != OK)
        give_up("no ledger", error);
}

/* The number of the next `count` actors' first. */
static unsigned
actor_next(uint64_t count)
{
    unsigned first = actor_count + 1;

    if (count >= ACTORS_MAX - actor_count)
        give_up("too many actors", ERR_FULL);
    actor_count += (unsigned)count;
    return first;
}

/* Starts `program` as actor `number`, with `frames` of memory (0: as usual).
 * `manner` is for senders and receivers. The first `grant_count` of `grants`
 * are its own, and there is room behind them for one more. */
static void
program_start(const char *program, unsigned number, const uint64_t numbers[3],
              unsigned manner, uint64_t frames, struct spawn_grant *grants,
              size_t grant_count)
{
    char words[5][ARGUMENT_BYTES];
    const char *const arguments[] = {words[0], words[1], words[2],
                                     words[3], words[4], NULL};
    struct spawn_request request = {
        .name = program,
        .arguments = arguments,
        .grants = grants,
        .grant_count = grant_count + 1,
        .priority = (unsigned)numbers[1],
        .frames = frames,
    };
    struct spawned spawned;
    err_t error;

    snprintf(words[0], ARGUMENT_BYTES, "seed=%#lx",
             test_parameter("seed", 0) + number);
    snprintf(words[1], ARGUMENT_BYTES, "count=%lu", numbers[2]);
    snprintf(words[2], ARGUMENT_BYTES, "actor=%u", number);
    snprintf(words[3], ARGUMENT_BYTES, "manner=%u", manner);
    snprintf(words[4], ARGUMENT_BYTES, "priority=%lu", numbers[1]);
    grants[grant_count] = (struct spawn_grant){
        "ledger", ledger_memory, RIGHT_DERIVE | MEMORY_READ | MEMORY_WRITE, 0};
    request.image = boot_file(program, &request.image_bytes);
    error = spawn_process(&request, &spawned);
    if (error != OK)
        give_up(spawned.problem, error);
    actors[number].process = spawned.process;
}

/* Starts the next sender. Each actor has a sequence of random numbers to
 * itself: seed + number. */
static void
sender_start(const uint64_t numbers[3], unsigned manner)
{
    handle_t endpoint = endpoints[numbers[0]].send;
    uint64_t badge1 = test_random(&badges);
    uint64_t badge2 = test_random(&badges);
    struct spawn_grant grants[SENDER_HANDLES + 1] = {
        {"to0", endpoint, ENDPOINT_SEND, 0},
        {"to1", endpoint, ENDPOINT_SEND, badge1},
        {"to2", endpoint, ENDPOINT_SEND, badge2},
    };

    program_start("sender", actor_next(1), numbers, manner, 0, grants,
                  SENDER_HANDLES);
}

static void
receiver_start(const uint64_t numbers[3], unsigned manner)
{
    struct spawn_grant grants[2] = {
        {"from", endpoints[numbers[0]].all, ENDPOINT_RECV, 0}};

    program_start("receiver", actor_next(1), numbers, manner, 0, grants, 1);
}

static void
crowd_start(const uint64_t numbers[3])
{
    struct spawn_grant grants[2] = {
        {"to", endpoints[numbers[0]].send, ENDPOINT_SEND, 0}};

    program_start("crowd", actor_next(numbers[2]), numbers, 0, 0, grants, 1);
}

static void
relay_start(const uint64_t numbers[3])
{
    if (numbers[0] + 1 >= ENDPOINTS)
        give_up("no such endpoint", ERR_ARGUMENT);
    struct spawn_grant grants[3] = {
        {"from", endpoints[numbers[0]].all, ENDPOINT_RECV, 0},
        {"to", endpoints[numbers[0] + 1].send, ENDPOINT_SEND, 0},
    };

    program_start("relay", actor_next(1), numbers, 0, 0, grants, 2);
}

static void
churn_start(const uint64_t numbers[3])
{
    struct spawn_grant grants[1];

    program_start("churn", actor_next(1), numbers, 0, numbers[0], grants, 0);
}

/* A thread of ours makes its one call. */
static void
our_thread_run(void *argument)
{
    unsigned number = (unsigned)(uintptr_t)argument;
    uint64_t state = test_parameter("seed", 0) + number;
    struct message m = {0};
    bool is_kept;
    err_t error;

    if (actors[number].is_receiving) {
        error = sys_endpoint_recv(actors[number].handle, 0, &m);
        ledger_note(number, error, m.header);
        return;
    }
    m.header = test_random(&state) & MESSAGE_LABEL_MASK;
    error = message_send(actors[number].handle, &m, &is_kept);
    ledger_note_send(number, error, is_kept);
}

static void
our_thread_start(const uint64_t numbers[3], bool is_receiving)
{
    static char stacks[OUR_THREADS_MAX][STACK_BYTES]
        __attribute__((aligned(16)));
    static unsigned count;
    unsigned number = actor_next(1);
    handle_t thread;
    err_t error;

    if (count == OUR_THREADS_MAX)
        give_up("too many threads", ERR_FULL);
    actors[number].is_receiving = is_receiving;
    error = sys_handle_copy(
        is_receiving ? endpoints[numbers[0]].all : endpoints[numbers[0]].send,
        startup_handle("self"), is_receiving ? ENDPOINT_RECV : ENDPOINT_SEND,
        &actors[number].handle);
    if (error == OK)
        error = thread_start(our_thread_run, (void *)(uintptr_t)number,
                             stacks[count++], STACK_BYTES, (unsigned)numbers[1],
                             &thread);
    if (error != OK)
        give_up("no thread", error);
    /* A thread that has already ended took the handle with it. */
    (void)!sys_handle_close(thread);
}

/* Closes a handle. As `receive` it has an ecall of its own, so that the host
 * sees how often the kernel had to begin it again. */
__attribute__((noipa)) static err_t
drop(handle_t handle)
{
    register uint64_t a0 __asm__("a0") = handle;
    register uint64_t a1 __asm__("a1");
    register uint64_t a7 __asm__("a7") = SYS_HANDLE_CLOSE;

    __asm__ volatile("ecall" : "+r"(a0), "=r"(a1) : "r"(a7) : "memory");
    return (err_t)a0;
}

/* The same again. */
__attribute__((noipa)) static err_t
drop_last(handle_t handle)
{
    register uint64_t a0 __asm__("a0") = handle;
    register uint64_t a1 __asm__("a1");
    register uint64_t a7 __asm__("a7") = SYS_HANDLE_CLOSE;

    __asm__ volatile("ecall" : "+r"(a0), "=r"(a1) : "r"(a7) : "memory");
    return (err_t)a0;
}

static void
drop_or_give_up(handle_t handle, bool is_last)
{
    err_t error = is_last ? drop_last(handle) : drop(handle);

    if (error != OK)
        give_up("a handle could not be closed", error);
}

static void
actor_end(uint64_t number)
{
    if (number < 1 || number > actor_count)
        give_up("no such actor", ERR_ARGUMENT);
    if (actors[number].process == HANDLE_NONE) {
        drop_or_give_up(actors[number].handle, false);
        return;
    }
    while (sys_process_kill(actors[number].process, 0) == OK)
        sys_thread_yield();
}

static void
ledger_record(void)
{
    test_record("ledger");
    for (unsigned i = 1; i <= actor_count; i++) {
        for (; actors[i].recorded < ledger[i].count; actors[i].recorded++) {
            uint64_t note = ledger[i].notes[actors[i].recorded];
            bool is_kept = !(note & NOTE_MORE_CHANGED);
            err_t error = (err_t)((note & ~NOTE_MORE_CHANGED) >> 32);

            if (error == OK && is_kept)
                test_record("actor %u %08lx", i, note);
            else
                test_record("actor %u %s%s", i, error_name(error),
                            is_kept ? "" : MORE_CHANGED);
        }
    }
}

/* Receives, as sys_endpoint_recv does, but into poisoned registers. It stays
 * one function with one ecall, so that the host can count its calls. */
__attribute__((noipa)) static err_t
receive(handle_t endpoint, uint64_t flags, struct message *m)
{
    register uint64_t a0 __asm__("a0") = endpoint;
    register uint64_t a1 __asm__("a1") =
        (POISON(0xa1) & MESSAGE_LABEL_MASK) | flags;
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
    *m = (struct message){a1, {a2, a3, a4, a5, a6}, t0, t1, 0};
    neighbours_kept = a7 == SYS_ENDPOINT_REPLY_RECV && t2 == POISON(0xb2);
    return (err_t)a0;
}

/* Whether nothing came into the registers of a receive with these flags. */
static bool
is_untouched(const struct message *m, uint64_t flags)
{
    bool is = m->header == ((POISON(0xa1) & MESSAGE_LABEL_MASK) | flags) &&
              m->token == 0 && m->badge == POISON(0xb1) && neighbours_kept;

    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        is = is && m->words[i] == POISON(0xa2 + i);
    return is;
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
    else if (part && strcmp(part, "whole") == 0)
        test_record("message %08lx %016lx %016lx %016lx %016lx %016lx",
                    (uint64_t)message_label(m), m->words[0], m->words[1],
                    m->words[2], m->words[3], m->words[4]);
    else
        test_record("message %08lx token %lx", (uint64_t)message_label(m),
                    m->token);
}

/* Receives and records. The first error of a receive that should wait is the
 * last record. */
static void
messages_take(handle_t endpoint, uint64_t flags, uint64_t count)
{
    while (count-- > 0) {
        struct message m;
        err_t error = receive(endpoint, flags, &m);

        if (error == OK)
            message_record(&m);
        else
            test_record("error %s%s", error_name(error),
                        is_untouched(&m, flags) ? "" : MORE_CHANGED);
        if (error != OK && flags == 0)
            test_end();
    }
}

/* Sends with NOWAIT and records what it comes to. */
static void
messages_offer(handle_t endpoint, uint64_t count)
{
    while (count-- > 0) {
        struct message m = {.header = MESSAGE_NOWAIT};
        bool is_kept;
        err_t error;

        m.header |= test_random(&offers) & MESSAGE_LABEL_MASK;
        error = message_send(endpoint, &m, &is_kept);
        test_record("offer %s%s", error_name(error),
                    is_kept ? "" : MORE_CHANGED);
    }
}

/* Does the step with this letter and these numbers. */
static void
step_do(char letter, const uint64_t numbers[3])
{
    if (!strchr("zkl", letter) && numbers[0] >= ENDPOINTS)
        give_up("no such endpoint", ERR_ARGUMENT);
    switch (letter) {
    case 's':
        return sender_start(numbers, 0);
    case 'q':
        return sender_start(numbers, 1);
    case 'c':
        return sender_start(numbers, 2);
    case 'w':
        return receiver_start(numbers, 0);
    case 'h':
        return receiver_start(numbers, 1);
    case 't':
        return our_thread_start(numbers, false);
    case 'u':
        return our_thread_start(numbers, true);
    case 'm':
        return crowd_start(numbers);
    case 'p':
        return relay_start(numbers);
    case 'z':
        return churn_start(numbers);
    case 'k':
        return actor_end(numbers[0]);
    case 'd':
    case 'e':
        return drop_or_give_up(numbers[1] ? endpoints[numbers[0]].receive
                                          : endpoints[numbers[0]].all,
                               letter == 'e');
    case 'l':
        return ledger_record();
    case 'r':
        return messages_take(endpoints[numbers[0]].receive, 0, numbers[1]);
    case 'n':
        return messages_take(endpoints[numbers[0]].receive, MESSAGE_NOWAIT,
                             numbers[1]);
    case 'o':
        return messages_offer(endpoints[numbers[0]].send, numbers[1]);
    default:
        give_up("no such step", ERR_ARGUMENT);
    }
}

int
main(void)
{
    const char *plan = startup_argument("plan");

    badges = test_parameter("seed", 0);
    offers = test_parameter("seed", 0) + OFFERS;
    endpoints_make();
    ledger_make();
    for (plan = plan ? plan : DEFAULT_PLAN; *plan;) {
        uint64_t numbers[3] = {0, 1, 1};
        char letter = *plan++;

        for (unsigned i = 0; i < 3 && (i == 0 || *plan == '.'); i++)
            numbers[i] = strtoull(plan + (i > 0), (char **)&plan, 10);
        step_do(letter, numbers);
        if (*plan == ',')
            plan++;
    }
    test_end();
}

/* SPDX-License-Identifier: MIT */
/* Counts the instructions of messages: a null call, round trips, lent memory.
 * What else a kernel does is counted by tests/guest/costs.
 *
 * Every round trip crosses two address spaces; client and server have the same
 * priority, and the server waits before the first round. The last two figures
 * are the round trip of four words again, in a crowd of 10 and of 10,000
 * threads that wait, each at an endpoint of its own.
 * Parameter: rounds=1000. */
#include "../measure.h"
#include "loops.h"
#include "rounds.h"

#include <abi/inspect.h>

enum { CROWDS = 4, CROWD_SMALL = 10, CROWD_LARGE = 10000 };

static const int64_t word_steps[ROUNDS_WORDS] = {
    CLIENT_STEP_0 + SERVER_STEP_0,
    CLIENT_STEP_1 + SERVER_STEP_1,
    CLIENT_STEP_2 + SERVER_STEP_2,
    CLIENT_STEP_3 + SERVER_STEP_3,
};

/* Starts `program` with its first argument and an endpoint to serve; `send` is
 * ours to send with. Returns its process. */
static handle_t
partner_start(const char *program, const char *argument, uint64_t slots,
              uint64_t frames, handle_t *send)
{
    handle_t both_ends = measure_endpoint(program, send);
    const struct spawn_grant grant = {"service", both_ends, ENDPOINT_RECV, 0};
    const char *const arguments[] = {argument, NULL};
    handle_t process = measure_start(&(struct spawn_request){
        .name = program,
        .arguments = arguments,
        .grants = &grant,
        .grant_count = 1,
        .slots = slots,
        .frames = frames,
        .priority = PRIORITY,
    });

    measure_check(program, sys_handle_close(both_ends) == OK,
                  "the endpoint cannot be closed");
    return process;
}

static void
partner_end(const char *name, handle_t process, handle_t send)
{
    /* Our handle to the process goes with it. */
    measure_check(name,
                  sys_process_kill(process, 0) == OK &&
                      sys_handle_close(send) == OK,
                  "the server cannot be ended");
}

/* Whether the first `count` words are what `rounds` rounds make of 0. */
static bool
words_are_right(const uint64_t words[ROUNDS_WORDS], unsigned count,
                uint64_t rounds)
{
    for (unsigned i = 0; i < count; i++)
        if (words[i] != rounds * (uint64_t)word_steps[i])
            return false;
    return true;
}

/* Measures with the server `kind`, NULL for none, and prints the line. `count`
 * words travel and tell whether all of it happened. */
static void
bench(const char *name, measure_fn *measure, const char *kind, unsigned count)
{
    uint64_t rounds = test_parameter("rounds", 1000);
    uint64_t words[ROUNDS_WORDS] = {0};
    handle_t send = HANDLE_NONE;
    handle_t server =
        kind ? partner_start("server", kind, 0, 0, &send) : HANDLE_NONE;

    measure(send, ROUNDS_WARM_UP, words);

    uint64_t instructions = measure(send, rounds, words);

    measure_check(name, words_are_right(words, count, ROUNDS_WARM_UP + rounds),
                  "wrong words");
    if (kind)
        partner_end(name, server, send);
    measure_print(name, instructions, rounds);
}

static void
bench_lent(const char *name, uint64_t bytes)
{
    window_bytes = bytes;
    bench(name, measure_lent, "lent", 1);
}

/* A call lends a page, and the server measures how it copies: it gets the
 * rounds and answers with the instructions. */
static void
bench_lease(const char *name, const char *kind, uint64_t lease)
{
    uint64_t rounds = test_parameter("rounds", 1000);
    struct message m = {.header = ROUNDS_LABEL | lease, .words = {rounds}};
    handle_t send;
    handle_t server = partner_start("server", kind, 0, 0, &send);
    err_t error = sys_endpoint_call_lend(send, &m, window, sizeof(window));

    measure_check(name, error == OK && message_label(&m) == ROUNDS_LABEL,
                  "a copy failed");
    measure_print(name, m.words[0], rounds);
    partner_end(name, server, send);
}

/* What a copy costs that no kernel has a hand in. */
static void
bench_copy(void)
{
    static char from[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES))) = {1};
    static char to[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
    uint64_t rounds = test_parameter("rounds", 1000);

    measure_copy(to, from, sizeof(to), ROUNDS_WARM_UP);
    measure_print("copy_4k", measure_copy(to, from, sizeof(to), rounds),
                  rounds);
}

/* Threads that stand at an endpoint to receive. */
static uint64_t
receivers_count(void)
{
    handle_t machine = startup_handle("machine");
    struct inspection thread = {{0}};
    uint64_t count = 0;

    for (uint64_t id = 1; sys_machine_inspect(machine, id, 0, &thread) == OK &&
                          thread.values[0] != 0;
         id = thread.values[0] + 1)
        count += (thread.values[2] >> INSPECT_STATE_SHIFT & 0xff) ==
                 INSPECT_RECEIVING;
    return count;
}

/* Adds `count` threads that wait, each at an endpoint of its own. */
static void
crowd_start(unsigned count)
{
    char argument[16];
    struct message m = {.header = ROUNDS_LABEL};
    static unsigned total;
    handle_t send;

    total += count;
    snprintf(argument, sizeof(argument), "%u", count);
    partner_start("crowd", argument, PROCESS_SLOTS_MAX, count / 4 + 128, &send);
    measure_check("crowd",
                  sys_endpoint_call(send, &m) == OK &&
                      receivers_count() >= total,
                  "it is too small");
}

int
main(void)
{
    bench("null_call", measure_null, NULL, 0);
    bench("ipc_roundtrip_0w", measure_0w, "0w", 0);
    bench("ipc_roundtrip_4w", measure_4w, "4w", ROUNDS_WORDS);
    bench("ipc_roundtrip_4w_stub", measure_4w_stub, "stub", ROUNDS_WORDS);
    bench("ipc_roundtrip_4w_proto", measure_echo, "echo", 1);
    bench_lent("ipc_roundtrip_64b", 64);
    bench_lent("ipc_roundtrip_512b", 512);
    bench_lent("ipc_roundtrip_4096b", 4096);
    bench_copy();
    bench_lease("lease_read_4k", "lease_read", MESSAGE_LEASE_READ);
    bench_lease("lease_write_4k", "lease_write", MESSAGE_LEASE_WRITE);
    crowd_start(CROWD_SMALL);
    bench("scale_roundtrip_10", measure_4w, "4w", ROUNDS_WORDS);
    for (unsigned i = 0; i < CROWDS; i++)
        crowd_start(CROWD_LARGE / CROWDS);
    bench("scale_roundtrip_10000", measure_4w, "4w", ROUNDS_WORDS);
    test_end();
}

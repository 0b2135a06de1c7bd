/* SPDX-License-Identifier: MIT */
/* Counts the instructions of system calls and round trips.
 *
 * A measurement is a loop of `rounds` rounds between two readings of the
 * counter of retired instructions, after a shorter run that warms up. User
 * and kernel instructions count alike, the loops included. Every round trip
 * crosses two address spaces; client and server have the same priority, and
 * the server waits before the first round. One line a measurement:
 *
 *     bench NAME INSTRUCTIONS ROUNDS
 *
 * The numbers mean something only under QEMU's -icount shift=0.
 * Parameter: rounds=1000. */
#include "rounds.h"

#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>

#include <stdbool.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { WARM_UP_ROUNDS = 64, PRIORITY = 32 };

static const int64_t word_steps[ROUNDS_WORDS] = {
    CLIENT_STEP_0 + SERVER_STEP_0,
    CLIENT_STEP_1 + SERVER_STEP_1,
    CLIENT_STEP_2 + SERVER_STEP_2,
    CLIENT_STEP_3 + SERVER_STEP_3,
};

/* Prints the reason and switches off with a failure. */
_Noreturn static void
bench_fail(const char *name, const char *problem)
{
    printf("bench FAILED %s: %s\n", name, problem);
    (void)!sys_machine_power_off(startup_handle("machine"), EXIT_FAILURE);
    exit(EXIT_FAILURE);
}

/* Each of these does `rounds` rounds and returns the instructions they took.
 * They carry the words with them and may use the endpoint, or not. */
typedef uint64_t measure_fn(handle_t endpoint, uint64_t rounds,
                            uint64_t words[ROUNDS_WORDS]);

static uint64_t
measure_null(handle_t endpoint, uint64_t rounds, uint64_t words[ROUNDS_WORDS])
{
    uint64_t start, end;

    (void)endpoint;
    (void)words;
    __asm__ volatile(
        "rdinstret %[start]\n"
        "1:\n"
        "li a7, %[number]\n"
        "ecall\n"
        "addi %[rounds], %[rounds], -1\n"
        "bnez %[rounds], 1b\n"
        "rdinstret %[end]\n"
        : [start] "=&r"(start), [end] "=&r"(end), [rounds] "+&r"(rounds)
        : [number] "i"(SYS_NULL)
        : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2",
          "memory");
    return end - start;
}

static uint64_t
measure_0w(handle_t endpoint, uint64_t rounds, uint64_t words[ROUNDS_WORDS])
{
    uint64_t start, end;

    (void)words;
    __asm__ volatile(
        "rdinstret %[start]\n"
        "1:\n"
        "mv a0, %[endpoint]\n"
        "li a1, %[label]\n"
        "li a7, %[number]\n"
        "ecall\n"
        "addi %[rounds], %[rounds], -1\n"
        "bnez %[rounds], 1b\n"
        "rdinstret %[end]\n"
        : [start] "=&r"(start), [end] "=&r"(end), [rounds] "+&r"(rounds)
        : [endpoint] "r"(endpoint), [label] "i"(ROUNDS_LABEL),
          [number] "i"(SYS_ENDPOINT_CALL)
        : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2",
          "memory");
    return end - start;
}

static uint64_t
measure_4w(handle_t endpoint, uint64_t rounds, uint64_t words[ROUNDS_WORDS])
{
    register uint64_t a2 __asm__("a2") = words[0];
    register uint64_t a3 __asm__("a3") = words[1];
    register uint64_t a4 __asm__("a4") = words[2];
    register uint64_t a5 __asm__("a5") = words[3];
    uint64_t start, end;

    __asm__ volatile(
        "rdinstret %[start]\n"
        "1:\n"
        "mv a0, %[endpoint]\n"
        "li a1, %[label]\n"
        "addi a2, a2, %[step0]\n"
        "addi a3, a3, %[step1]\n"
        "addi a4, a4, %[step2]\n"
        "addi a5, a5, %[step3]\n"
        "li a7, %[number]\n"
        "ecall\n"
        "addi %[rounds], %[rounds], -1\n"
        "bnez %[rounds], 1b\n"
        "rdinstret %[end]\n"
        : [start] "=&r"(start), [end] "=&r"(end), [rounds] "+&r"(rounds),
          "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
        : [endpoint] "r"(endpoint), [label] "i"(ROUNDS_LABEL),
          [number] "i"(SYS_ENDPOINT_CALL), [step0] "i"(CLIENT_STEP_0),
          [step1] "i"(CLIENT_STEP_1), [step2] "i"(CLIENT_STEP_2),
          [step3] "i"(CLIENT_STEP_3)
        : "a0", "a1", "a6", "a7", "t0", "t1", "t2", "memory");
    words[0] = a2;
    words[1] = a3;
    words[2] = a4;
    words[3] = a5;
    return end - start;
}

/* What a program pays that uses the stub and looks at the error. */
static uint64_t
measure_4w_stub(handle_t endpoint, uint64_t rounds,
                uint64_t words[ROUNDS_WORDS])
{
    struct message m = {.words = {words[0], words[1], words[2], words[3]}};
    uint64_t start, end;

    __asm__ volatile("rdinstret %0" : "=r"(start)::"memory");
    for (uint64_t i = 0; i < rounds; i++) {
        m.header = ROUNDS_LABEL;
        m.words[0] += CLIENT_STEP_0;
        m.words[1] += CLIENT_STEP_1;
        m.words[2] += CLIENT_STEP_2;
        m.words[3] += CLIENT_STEP_3;
        if (sys_endpoint_call(endpoint, &m) != OK)
            break;
    }
    __asm__ volatile("rdinstret %0" : "=r"(end)::"memory");
    for (unsigned i = 0; i < ROUNDS_WORDS; i++)
        words[i] = m.words[i];
    return end - start;
}

/* Starts the server whose loop is called `kind`; `endpoint` is ours to send
 * with. Returns its process. */
static handle_t
server_start(const char *kind, handle_t *endpoint)
{
    handle_t self = startup_handle("self");
    handle_t both_ends;

    if (sys_endpoint_create(self, &both_ends) != OK ||
        sys_handle_copy(both_ends, self, ENDPOINT_SEND, endpoint) != OK)
        bench_fail(kind, "no endpoint");

    const struct spawn_grant grant = {"service", both_ends, ENDPOINT_RECV, 0};
    const char *const arguments[] = {kind, NULL};
    struct spawn_request request = {
        .name = "server",
        .arguments = arguments,
        .grants = &grant,
        .grant_count = 1,
        .priority = PRIORITY,
    };
    struct spawned server;

    request.image = boot_file("server", &request.image_bytes);
    if (spawn_process(&request, &server) != OK)
        bench_fail("server", server.problem);
    if (sys_handle_close(both_ends) != OK)
        bench_fail(kind, "the endpoint cannot be closed");
    return server.process;
}

/* Whether each word is what `rounds` rounds make of 0. */
static bool
words_are_right(const uint64_t words[ROUNDS_WORDS], uint64_t rounds)
{
    for (unsigned i = 0; i < ROUNDS_WORDS; i++)
        if (words[i] != rounds * (uint64_t)word_steps[i])
            return false;
    return true;
}

/* Measures with the server `kind`, NULL for none, and prints the line.
 * `has_words` says that the words travel. */
static void
bench(const char *name, measure_fn *measure, const char *kind, bool has_words)
{
    uint64_t rounds = test_parameter("rounds", 1000);
    uint64_t words[ROUNDS_WORDS] = {0};
    handle_t endpoint = HANDLE_NONE;
    handle_t server = kind ? server_start(kind, &endpoint) : HANDLE_NONE;

    measure(endpoint, WARM_UP_ROUNDS, words);

    uint64_t instructions = measure(endpoint, rounds, words);

    if (has_words && !words_are_right(words, WARM_UP_ROUNDS + rounds))
        bench_fail(name, "wrong words");
    /* Our handle to the server goes with it. */
    if (kind &&
        (sys_process_kill(server, 0) != OK || sys_handle_close(endpoint) != OK))
        bench_fail(name, "the server cannot be ended");
    printf("bench %s %lu %lu\n", name, instructions, rounds);
}

int
main(void)
{
    bench("null_call", measure_null, NULL, false);
    bench("ipc_roundtrip_0w", measure_0w, "0w", false);
    bench("ipc_roundtrip_4w", measure_4w, "4w", true);
    bench("ipc_roundtrip_4w_stub", measure_4w_stub, "stub", true);
    test_end();
}

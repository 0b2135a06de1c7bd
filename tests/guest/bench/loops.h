/* SPDX-License-Identifier: MIT */
/* The loops of the client (bench.c); those of the server are in server.c.
 *
 * The loops that measure the kernel are in assembly, so that no compiler's
 * choice is measured with it: each instruction in them is one that any program
 * needs. The others are C, and measure what programs pay. */
#pragma once

#include "../measure.h"
#include "rounds.h"

#include <proto/echo.h>

#include <string.h>

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

/* What a program pays that speaks a protocol through its typed stub: two words
 * there, three back. The service inverts the word, so it grows by the step. */
static uint64_t
measure_echo(handle_t endpoint, uint64_t rounds, uint64_t words[ROUNDS_WORDS])
{
    const uint64_t step = CLIENT_STEP_0 + SERVER_STEP_0;
    struct echo_answer answer = {.word = words[0]};
    uint64_t start = measure_now();

    for (uint64_t i = 0; i < rounds; i++)
        if (echo_say(endpoint, i, ~answer.word - step, &answer) != OK)
            break;
    words[0] = answer.word;
    return measure_now() - start;
}

/* What is lent, to be read; all pages of it are there from the start. */
static char window[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES))) = {1};
static uint64_t window_bytes;

/* The word travels in the last eight bytes lent, and back in the reply. */
static uint64_t
measure_lent(handle_t endpoint, uint64_t rounds, uint64_t words[ROUNDS_WORDS])
{
    register uint64_t a2 __asm__("a2") = words[0];
    uint64_t start, end;

    __asm__ volatile(
        "rdinstret %[start]\n"
        "1:\n"
        "mv a0, %[endpoint]\n"
        "mv a1, %[header]\n"
        "addi a2, a2, %[step0]\n"
        "sd a2, (%[last])\n"
        "mv t1, %[window]\n"
        "mv t2, %[bytes]\n"
        "li a7, %[number]\n"
        "ecall\n"
        "addi %[rounds], %[rounds], -1\n"
        "bnez %[rounds], 1b\n"
        "rdinstret %[end]\n"
        : [start] "=&r"(start), [end] "=&r"(end), [rounds] "+&r"(rounds),
          "+r"(a2)
        : [endpoint] "r"(endpoint),
          [header] "r"(ROUNDS_LABEL | MESSAGE_LEASE_READ),
          [last] "r"(window + window_bytes - sizeof(a2)), [window] "r"(window),
          [bytes] "r"(window_bytes), [number] "i"(SYS_ENDPOINT_CALL),
          [step0] "i"(CLIENT_STEP_0)
        : "a0", "a1", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2", "memory");
    words[0] = a2;
    return end - start;
}

/* The copy alone, by the same function of the C library that the kernel uses.
 * Not inlined, so that the compiler knows nothing about the bytes. */
__attribute__((noinline)) static uint64_t
measure_copy(char *to, const char *from, size_t bytes, uint64_t rounds)
{
    uint64_t start = measure_now();

    for (uint64_t i = 0; i < rounds; i++)
        memmove(to, from, bytes);
    return measure_now() - start;
}

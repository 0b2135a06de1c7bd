/* SPDX-License-Identifier: MIT */
/* The other side of each measurement of bench.c: its first argument says
 * which loop to run. No loop ends but by an error, or by being killed.
 *
 * Grants: "service", the endpoint to receive from. */
#include "rounds.h"

#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/echo.h>

#include <string.h>

/* Replies with a label and no words. */
static void
serve_0w(handle_t service)
{
    __asm__ volatile("mv a0, %[service]\n"
                     "li a1, 0\n"
                     "li t0, 0\n"
                     "li a7, %[number]\n"
                     "ecall\n"
                     "bnez a0, 2f\n"
                     "1:\n"
                     "mv a0, %[service]\n"
                     "li a1, %[label]\n"
                     "li a7, %[number]\n"
                     "ecall\n"
                     "beqz a0, 1b\n"
                     "2:\n"
                     :
                     : [service] "r"(service), [label] "i"(ROUNDS_LABEL),
                       [number] "i"(SYS_ENDPOINT_REPLY_RECV)
                     : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0",
                       "t1", "t2", "memory");
}

/* Adds its steps to the four words. */
static void
serve_4w(handle_t service)
{
    __asm__ volatile("mv a0, %[service]\n"
                     "li a1, 0\n"
                     "li t0, 0\n"
                     "li a7, %[number]\n"
                     "ecall\n"
                     "bnez a0, 2f\n"
                     "1:\n"
                     "mv a0, %[service]\n"
                     "li a1, %[label]\n"
                     "addi a2, a2, %[step0]\n"
                     "addi a3, a3, %[step1]\n"
                     "addi a4, a4, %[step2]\n"
                     "addi a5, a5, %[step3]\n"
                     "li a7, %[number]\n"
                     "ecall\n"
                     "beqz a0, 1b\n"
                     "2:\n"
                     :
                     : [service] "r"(service), [label] "i"(ROUNDS_LABEL),
                       [number] "i"(SYS_ENDPOINT_REPLY_RECV),
                       [step0] "i"(SERVER_STEP_0), [step1] "i"(SERVER_STEP_1),
                       [step2] "i"(SERVER_STEP_2), [step3] "i"(SERVER_STEP_3)
                     : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0",
                       "t1", "t2", "memory");
}

/* The same as a program would write it. */
static void
serve_stub(handle_t service)
{
    struct message m;
    err_t error = sys_endpoint_recv(service, 0, &m);

    while (error == OK) {
        m.header = ROUNDS_LABEL;
        m.words[0] += SERVER_STEP_0;
        m.words[1] += SERVER_STEP_1;
        m.words[2] += SERVER_STEP_2;
        m.words[3] += (uint64_t)SERVER_STEP_3;
        error = sys_endpoint_reply_recv(service, &m);
    }
}

/* The echo service, as a program would write it. */
static void
serve_echo(handle_t service)
{
    struct message m;
    err_t error = sys_endpoint_recv(service, 0, &m);

    while (error == OK) {
        m.header = ECHO_HEARD;
        m.words[1] = ~m.words[1];
        m.words[2] = 0;
        error = sys_endpoint_reply_recv(service, &m);
    }
}

enum { WARM_UP_ROUNDS = 64 };

static char copy[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));

/* Copies all that is lent, and adds its step to the last word of it. */
static void
serve_lent(handle_t service)
{
    __asm__ volatile(
        "mv a0, %[service]\n"
        "li a1, 0\n"
        "li t0, 0\n"
        "li a7, %[number]\n"
        "ecall\n"
        "bnez a0, 2f\n"
        "1:\n"
        "mv a0, t0\n"
        "li a1, 0\n"
        "mv a2, %[copy]\n"
        "mv a3, t2\n"
        "li a7, %[read]\n"
        "ecall\n"
        "bnez a0, 2f\n"
        "add a3, %[copy], a1\n"
        "ld a2, -8(a3)\n"
        "addi a2, a2, %[step0]\n"
        "mv a0, %[service]\n"
        "li a1, %[label]\n"
        "li a7, %[number]\n"
        "ecall\n"
        "beqz a0, 1b\n"
        "2:\n"
        :
        : [service] "r"(service), [label] "i"(ROUNDS_LABEL),
          [number] "i"(SYS_ENDPOINT_REPLY_RECV), [read] "i"(SYS_LEASE_READ),
          [copy] "r"(copy), [step0] "i"(SERVER_STEP_0)
        : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2",
          "memory");
}

/* Makes lease call `number` for the lent page `rounds` times. Returns the
 * instructions that took, 0 if not all was copied each time. */
static uint64_t
lease_copy(uint64_t number, token_t token, uint64_t rounds)
{
    uint64_t start, end, bytes = 0, errors = 0, left = rounds;

    __asm__ volatile(
        "rdinstret %[start]\n"
        "1:\n"
        "mv a0, %[token]\n"
        "li a1, 0\n"
        "mv a2, %[copy]\n"
        "li a3, %[page]\n"
        "mv a7, %[number]\n"
        "ecall\n"
        "or %[errors], %[errors], a0\n"
        "add %[bytes], %[bytes], a1\n"
        "addi %[left], %[left], -1\n"
        "bnez %[left], 1b\n"
        "rdinstret %[end]\n"
        : [start] "=&r"(start), [end] "=&r"(end), [bytes] "+&r"(bytes),
          [errors] "+&r"(errors), [left] "+&r"(left)
        : [token] "r"(token), [copy] "r"(copy), [page] "i"(PAGE_BYTES),
          [number] "r"(number)
        : "a0", "a1", "a2", "a3", "a7", "memory");
    return errors || bytes != rounds * PAGE_BYTES ? 0 : end - start;
}

/* Answers with the instructions that as many copies took as the first word
 * says; with another label if one failed. */
static void
serve_lease(handle_t service, uint64_t number)
{
    struct message m;
    err_t error = sys_endpoint_recv(service, 0, &m);

    while (error == OK) {
        uint64_t rounds = m.words[0];

        lease_copy(number, m.token, WARM_UP_ROUNDS);
        m.words[0] = lease_copy(number, m.token, rounds);
        m.header = m.words[0] ? ROUNDS_LABEL : ROUNDS_FAILED;
        error = sys_endpoint_reply_recv(service, &m);
    }
}

int
main(int argc, char **argv)
{
    handle_t service = startup_handle("service");
    const char *kind = argc > 1 ? argv[1] : "";

    if (strcmp(kind, "0w") == 0)
        serve_0w(service);
    else if (strcmp(kind, "4w") == 0)
        serve_4w(service);
    else if (strcmp(kind, "stub") == 0)
        serve_stub(service);
    else if (strcmp(kind, "echo") == 0)
        serve_echo(service);
    else if (strcmp(kind, "lent") == 0)
        serve_lent(service);
    else if (strcmp(kind, "lease_read") == 0)
        serve_lease(service, SYS_LEASE_READ);
    else if (strcmp(kind, "lease_write") == 0)
        serve_lease(service, SYS_LEASE_WRITE);
    return 1;
}

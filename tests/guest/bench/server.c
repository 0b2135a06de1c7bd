/* SPDX-License-Identifier: MIT */
/* The other side of each measurement of bench.c: its first argument says
 * which loop to run. No loop ends but by an error, or by being killed.
 *
 * Grants: "service", the endpoint to receive from. */
#include "rounds.h"

#include <lib/startup.h>
#include <lib/syscall.h>

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
    return 1;
}

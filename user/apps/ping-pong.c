/* SPDX-License-Identifier: MIT */
/* Plays ping-pong with the echo service, and says what a round costs.
 *
 *     ping-pong [ROUNDS]
 *
 * A round is one call of a function (proto/echo.h): a message to another
 * process and its answer. What is counted are instructions, the kernel's and
 * those of both programs; if others run meanwhile, theirs too. QEMU counts
 * them with -icount shift=0 only: otherwise its counter is another clock, and
 * then the program says what does count them.
 *
 * Grants: "names", which knows who /svc/echo is. */
#include <lib/error.h>
#include <lib/startup.h>
#include <proto/echo.h>
#include <proto/names.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ROUNDS = 1000,
    LOOPS = 500,
    LOOP_INSTRUCTIONS = 2 * LOOPS + 2, /* li, and one of the two rdinstret */
    TRIES = 8,
};

static uint64_t
instructions(void)
{
    uint64_t count;

    __asm__ volatile("rdinstret %0" : "=r"(count)::"memory");
    return count;
}

/* What the counter says of a loop whose instructions are known. */
static uint64_t
loop_measure(void)
{
    uint64_t before, after, left;

    __asm__ volatile("    rdinstret %0\n"
                     "    li %2, %3\n"
                     "1:  addi %2, %2, -1\n"
                     "    bnez %2, 1b\n"
                     "    rdinstret %1\n"
                     : "=&r"(before), "=&r"(after), "=&r"(left)
                     : "i"(LOOPS));
    return after - before;
}

/* Whether the counter counts instructions. An interrupt may add its own to one
 * try or the other, and a clock may be right by chance. */
static bool
counter_counts(void)
{
    unsigned right = 0;

    for (unsigned i = 0; i < TRIES; i++)
        right += loop_measure() == LOOP_INSTRUCTIONS;
    return right > TRIES / 2;
}

/* Plays one round; ends the program if the answer is wrong. */
static void
round_play(handle_t echo, uint64_t number)
{
    uint64_t word = number * UINT64_C(0x0101010101010101);
    struct echo_answer answer;
    err_t error = echo_say(echo, number, word, &answer);

    if (error != OK || answer.number != number || answer.word != ~word) {
        printf("round %lu is lost: %s\n", (unsigned long)number,
               error == OK ? "a wrong answer" : error_text(error));
        exit(EXIT_FAILURE);
    }
}

int
main(int argc, char **argv)
{
    char *end = NULL;
    long rounds = argc > 1 ? strtol(argv[1], &end, 10) : ROUNDS;
    uint64_t start;
    uint64_t count;
    handle_t echo;
    err_t error;

    if (rounds <= 0 || (end && *end)) {
        fprintf(stderr, "usage: ping-pong [ROUNDS]\n");
        return 2;
    }
    error = name_wait(startup_handle("names"), "/svc/echo", &echo);
    if (error != OK) {
        printf("ping-pong: %s\n", error_text(error));
        return EXIT_FAILURE;
    }
    round_play(echo, 0); /* the first one warms up */
    start = instructions();
    for (long i = 1; i <= rounds; i++)
        round_play(echo, (uint64_t)i);
    count = instructions() - start;
    if (counter_counts())
        printf("%ld rounds, %lu instructions each\n", rounds,
               (unsigned long)count / (unsigned long)rounds);
    else
        printf("%ld rounds; make bench counts the instructions of one\n",
               rounds);
    return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
/* Plays ping-pong with the echo service, and says what a round costs.
 *
 *     ping-pong [ROUNDS]
 *
 * A round is one call of a function (proto/echo.h): a message to another
 * process and its answer. What is counted are instructions, the kernel's and
 * those of both programs; if others run meanwhile, theirs too. (QEMU counts
 * them with -icount shift=0 only; otherwise its counter is another clock.)
 *
 * Grants: "names", which knows who /svc/echo is. */
#include <lib/error.h>
#include <lib/startup.h>
#include <proto/echo.h>
#include <proto/names.h>

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 1000 };

static uint64_t
instructions(void)
{
    uint64_t count;

    __asm__ volatile("rdinstret %0" : "=r"(count)::"memory");
    return count;
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
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;
    uint64_t start;
    uint64_t count;
    handle_t echo;
    err_t error = name_wait(startup_handle("names"), "/svc/echo", &echo);

    if (error != OK || rounds == 0) {
        printf("ping-pong: %s\n",
               error == OK ? "how many rounds?" : error_text(error));
        return EXIT_FAILURE;
    }
    round_play(echo, 0); /* the first one warms up */
    start = instructions();
    for (unsigned long i = 1; i <= rounds; i++)
        round_play(echo, i);
    count = instructions() - start;
    printf("%lu rounds, %lu instructions each\n", rounds,
           (unsigned long)(count / rounds));
    return EXIT_SUCCESS;
}

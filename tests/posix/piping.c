/* SPDX-License-Identifier: MIT */
/* Writes for ever and does not look whether it arrives, as many programs do.
 * With an argument it ignores SIGPIPE ("ignore") or handles it ("handle"), and
 * then tells on stderr what it was told. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static volatile sig_atomic_t heard;

static void
on_pipe(int number)
{
    heard = number;
}

int
main(int argc, char **argv)
{
    int is_handling = argc > 1 && strcmp(argv[1], "handle") == 0;

    if (argc > 1)
        signal(SIGPIPE, is_handling ? on_pipe : SIG_IGN);
    while (printf("line\n") > 0 && !ferror(stdout))
        ;
    fprintf(stderr, "signal %d, EPIPE %d, ferror %d\n", (int)heard,
            errno == EPIPE, ferror(stdout) != 0);
    return 7;
}

/* SPDX-License-Identifier: MIT */
/* Ends as a failed assert does: 128 and the number of SIGABRT is the status,
 * even if a handler returns. */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static void
on_abort(int number)
{
    printf("signal %d\n", number);
    fflush(stdout);
}

/* C leaves this name to programs, so nothing in the library may need it. */
int
kill(pid_t process, int number)
{
    printf("%d is not for you, %d\n", number, (int)process);
    return 0;
}

int
main(int argc, char **argv)
{
    (void)argv;
    signal(SIGABRT, on_abort);
    raise(SIGABRT);
    signal(SIGABRT, on_abort);
    assert(argc == 0);
    return EXIT_SUCCESS;
}

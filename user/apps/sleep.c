/* SPDX-License-Identifier: MIT */
/* sleep SECONDS: waits that long; the number may have a fraction. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int
main(int argc, char **argv)
{
    struct timespec wait = {0, 0};
    char *end;

    if (argc != 2 || !isdigit((unsigned char)argv[1][0])) {
        fprintf(stderr, "usage: sleep SECONDS\n");
        return 2;
    }
    wait.tv_sec = (time_t)strtoul(argv[1], &end, 10);
    if (*end == '.')
        for (long unit = 100000000; isdigit((unsigned char)*++end); unit /= 10)
            wait.tv_nsec += (*end - '0') * unit;
    return nanosleep(&wait, NULL) != 0;
}

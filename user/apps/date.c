/* SPDX-License-Identifier: MIT */
/* date: the day and the time, in UTC. */
#include <stdio.h>
#include <time.h>

int
main(void)
{
    time_t now = time(NULL);
    char text[40];

    if (now == (time_t)-1) {
        fprintf(stderr, "date: there is no clock\n");
        return 1;
    }
    strftime(text, sizeof(text), "%a %b %d %H:%M:%S UTC %Y", gmtime(&now));
    return puts(text) == EOF;
}

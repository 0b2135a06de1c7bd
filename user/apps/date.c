/* SPDX-License-Identifier: MIT */
/* date: the day and the time, in UTC. Without a clock, 1970 began when the
 * machine was switched on (lib/time.c). */
#include <stdio.h>
#include <time.h>

int
main(void)
{
    time_t now = time(NULL);
    char text[40];

    if (now == (time_t)-1) {
        perror("date");
        return 1;
    }
    strftime(text, sizeof(text), "%a %b %d %H:%M:%S UTC %Y", gmtime(&now));
    return puts(text) == EOF;
}

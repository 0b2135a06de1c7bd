/* SPDX-License-Identifier: MIT */
/* The time is asked for once in a while only: a question costs as much as the
 * write that it is for. */
#include "times.h"

#include <proto/clock.h>

/* Ticks of the time base for which an answer is good: 20 ms on a machine that
 * counts 10 million of them in a second. */
enum { TICKS_GOOD = 200000, NANOSECONDS = 1000000000 };

static struct {
    handle_t clock;
    uint64_t asked; /* the time base then */
    uint32_t seconds;
} times;

static uint64_t
ticks_now(void)
{
    uint64_t ticks = 0;

#ifdef __riscv
    __asm__ volatile("rdtime %0" : "=r"(ticks));
#endif
    return ticks;
}

static void
clock_ask(uint64_t ticks)
{
    uint64_t nanoseconds;

    times.asked = ticks;
    if (times.clock != HANDLE_NONE &&
        clock_read(times.clock, &nanoseconds) == OK)
        times.seconds = (uint32_t)(nanoseconds / NANOSECONDS);
}

void
time_start(handle_t clock, uint32_t otherwise)
{
    times.clock = clock;
    times.seconds = otherwise;
    clock_ask(ticks_now());
}

uint32_t
time_now(void)
{
    uint64_t ticks = ticks_now();

    if (ticks - times.asked > TICKS_GOOD)
        clock_ask(ticks);
    return times.seconds > 0 ? times.seconds : 1;
}

/* SPDX-License-Identifier: MIT */
/* Time as the machine counts it since it was switched on. How many ticks a
 * second has is in the device tree (/cpus/timebase-frequency). */
#pragma once

#include <stdint.h>

static inline uint64_t
ticks_now(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

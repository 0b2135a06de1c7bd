/* SPDX-License-Identifier: MIT */
/* The boot log:
 *
 *     console  16550 at 0x10000000, line 10              3.1 ms
 *
 * The time is that since the machine was switched on. */
#include "init.h"

#include <lib/ticks.h>

#include <stdarg.h>
#include <stdio.h>

void
log_line(const char *who, const char *detail)
{
    uint64_t tenths = ticks_now() * 10000 / ticks_per_second;

    printf("%-8s %-40s %6lu.%lu ms\n", who, detail, tenths / 10, tenths % 10);
}

void
log_problem(const char *who, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    printf("%-8s ", who);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

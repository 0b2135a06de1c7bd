/* SPDX-License-Identifier: MIT */
/* What these programs share: one line a check, "ok NAME" or "FAILED NAME", and
 * the number of failures as the status. They use nothing but what C and POSIX
 * promise, so they say the same on any other system. */
#pragma once

#include <stdio.h>

static unsigned failures;

static void
check(const char *name, int is_right)
{
    printf("%s %s\n", is_right ? "ok" : "FAILED", name);
    failures += !is_right;
}

/* For the end of main. */
static int
checks_end(const char *program)
{
    printf("%s: %u failures\n", program, failures);
    return failures != 0;
}

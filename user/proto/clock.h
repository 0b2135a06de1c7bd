/* SPDX-License-Identifier: MIT */
/* The clock protocol: what time it is.
 *
 *     label        answer
 *     CLOCK_READ   nanoseconds since 1970-01-01 00:00 UTC
 *
 * The answer has the label CLOCK_DONE. */
#pragma once

#include <lib/call.h>

#include <stddef.h>

enum clock_label { CLOCK_READ = 1, CLOCK_DONE = 2 };

/* The time now. ERR_ARGUMENT if what came back is no answer. */
MUST_CHECK static inline err_t
clock_read(handle_t clock, uint64_t *nanoseconds)
{
    struct message m = {.header = CLOCK_READ};
    err_t error = call_retry(clock, &m, 0, NULL, 0);

    if (error != OK)
        return error;
    if (message_label(&m) != CLOCK_DONE)
        return ERR_ARGUMENT;
    *nanoseconds = m.words[0];
    return OK;
}

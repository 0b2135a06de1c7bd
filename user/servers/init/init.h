/* SPDX-License-Identifier: MIT */
/* What the parts of init share. */
#pragma once

#include "manifest.h"

#include <abi/rights.h>

#include <stdint.h>

extern struct manifest manifest;

/* Where all messages to init arrive: ends and faults of services, their
 * SERVICE_READY, and orders. All rights, no badge. */
extern handle_t init_endpoint;

/* Ticks of the time base a second. */
extern uint64_t ticks_per_second;

/* What services find in their environment, up to NULL: the same, as the
 * library wants to know it (lib/time.c). */
extern const char *const init_environment[];

static inline uint64_t
ticks_of_ms(uint64_t ms)
{
    return ms * ticks_per_second / 1000;
}

enum { INIT_SIGNAL_DEADLINE = 1 << 0, INIT_SIGNAL_FLUSHED = 1 << 1 };

/* Writes the service's line of the boot log: who, what, and when. */
void log_line(const char *who, const char *detail);

/* Writes a line about something that went wrong. */
__attribute__((format(printf, 2, 3))) void log_problem(const char *who,
                                                       const char *format, ...);

/* SPDX-License-Identifier: MIT */
/* What time it is, for the inodes. */
#pragma once

#include <abi/rights.h>

#include <stdint.h>

/* From now on `clock` is asked (proto/clock.h); HANDLE_NONE: nobody is, and
 * all happens at `otherwise`. */
void time_start(handle_t clock, uint32_t otherwise);

/* Seconds since 1970, never 0. */
uint32_t time_now(void);

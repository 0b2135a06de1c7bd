/* SPDX-License-Identifier: MIT */
/* Each hart's timer: it ends slices, and it rings at deadlines. */
#pragma once

#include "types.h"

/* What a thread gets before another of its priority has its turn, unless the
 * command line says otherwise ("slice_us="). */
enum { SLICE_US = 10000, SLICE_US_MIN = 100, SLICE_US_MAX = 1000000 };

/* Tells the frequency of the time base, whether the harts have a timer compare
 * register of their own (Sstc) or must ask the firmware, and how long slices
 * are: the first one `phase_us`, all others `slice_us`, both moved to the
 * nearest length that is allowed. */
void timer_init(uint64_t hertz, bool has_sstc, uint64_t slice_us,
                uint64_t phase_us);

/* Interrupts this hart at `ticks` of the time base. */
void timer_arm(uint64_t ticks);

/* Arms this hart's timer for the first deadline or the end of the slice,
 * whichever is earlier; disarms it if there is neither. */
void timer_update(void);

/* Starts a slice if none is running. */
void timer_slice_arm(void);

/* Starts a slice anew. */
void timer_slice_restart(void);

/* The timer's interrupt has come. Whether the slice is over; then none is
 * running. */
bool timer_tick(void);

/* Waits for an interrupt with nothing to run. */
void timer_idle(void);

/* SPDX-License-Identifier: MIT */
/* The hart's one timer: until now it ends slices. */
#pragma once

#include "types.h"

struct thread;

/* What a thread gets before another of its priority has its turn. */
enum { SLICE_US = 10000 };

/* Tells the frequency of the time base, and whether the hart has a timer
 * compare register of its own (Sstc) or must ask the firmware. */
void timer_init(uint64_t hertz, bool has_sstc);

/* Interrupts this hart at `ticks` of the time base. */
void timer_arm(uint64_t ticks);

/* No timer interrupt from now on. */
void timer_disarm(void);

/* Starts a slice if none is running. */
void timer_slice_arm(void);

/* Starts a slice anew. */
void timer_slice_restart(void);

/* The timer interrupt of a hart that runs `t`; returns who runs now. */
struct thread *timer_tick(struct thread *t);

/* Waits for an interrupt with nothing to run. */
void timer_idle(void);

/* SPDX-License-Identifier: MIT */
/* The trace: who came in, who left, who was made and who ended. */
#pragma once

#include "abi/trace.h"
#include "hart.h"
#include "types.h"

enum { TRACE_RING_PAGES = TRACE_RING_BYTES / PAGE_BYTES };

/* Rings for `count` harts lie in a row at physical `start`, all zero. */
void trace_init(paddr_t start, unsigned count);

/* Turns the trace on or off; the other harts follow when they next come into
 * the kernel for an interrupt. */
void trace_switch(bool is_wanted);

/* This hart's part of that. */
void trace_follow(void);

/* Writes a record into this hart's ring, if the trace is on. For what is cold:
 * it tests. */
void trace_note(enum trace_event event, unsigned thread, uint64_t a,
                uint64_t b);

/* Writes this hart's last records to the log, for a panic. */
void trace_print(void);

/* The same for a trap, without a test: the caller is only there while the trace
 * is on. */
void trace_trap(unsigned thread, unsigned call, uint64_t cause, uint64_t a0);

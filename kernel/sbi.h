/* SPDX-License-Identifier: MIT */
/* What the kernel asks of the firmware. */
#pragma once

#include "types.h"

void sbi_console_put(char c);

/* Timer interrupt at `ticks` of the time base, on this hart. */
void sbi_timer_set(uint64_t ticks);

/* A software interrupt on hart `hart_id`. */
void sbi_hart_interrupt(uint64_t hart_id);

/* The harts whose ids are the bits of `harts` forget the translations of
 * [va, va + bytes) in address space `asid`, before this returns. Bytes
 * UINT64_MAX: all of it. */
void sbi_flush(uint64_t harts, uint64_t va, uint64_t bytes, uint64_t asid);

/* They fetch anew what was stored before this call. */
void sbi_flush_code(uint64_t harts);

/* Starts a stopped hart at physical `address` with a0 = its id, paging off, or
 * at _start (entry.S). False if there is no such hart, or it runs. */
MUST_CHECK bool sbi_hart_start(uint64_t hart_id, uint64_t address);

/* Turns the machine off; for whoever started it, as a failure or not. */
_Noreturn void sbi_shutdown(bool is_failure);

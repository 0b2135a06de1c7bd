/* SPDX-License-Identifier: MIT */
/* What the assembly must know of C: byte offsets and addresses, once.
 * The C side proves each offset with a _Static_assert beside its struct. */
#pragma once

/* The kernel sees all memory at physical address + KERNEL_BASE: the lowest
 * address of the upper half of Sv39. */
#define KERNEL_BASE 0xffffffc000000000

/* struct thread: the frame comes first. Register n is at 8 * n, and the place
 * of x0, which needs none, holds the pc. */
#define FRAME_PC 0
#define FRAME_BYTES 256
#define THREAD_HART 256
#define THREAD_SATP 264

/* struct hart */
#define HART_STACK 0
#define HART_CURRENT 8
#define HART_SATP 16
#define HART_LOCK 24
#define HART_ID 32
#define HART_BYTES 72

#define HART_MAX 8

/* Each hart's stack lies above a page that is never mapped. */
#define HART_GUARD_BYTES 4096
#define HART_STACK_BYTES (HART_GUARD_BYTES + 8192)
#define PANIC_STACK_BYTES 4096

/* SPDX-License-Identifier: MIT */
/* The end of the line for a kernel bug. panic() itself is in types.h. */
#pragma once

#include "types.h"

/* A trap came from the kernel; `frame` has its registers (thread.h's order).
 * Called by trap.S on a stack of its own. */
_Noreturn void panic_trap(const uint64_t *frame);

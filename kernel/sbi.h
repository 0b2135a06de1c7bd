/* SPDX-License-Identifier: MIT */
/* What the kernel asks of the firmware below it [sbi]. */
#pragma once

#include "types.h"

/* Writes one byte to the firmware's console; waits until it has room. */
void sbi_console_put(char c);

/* Asks for a timer interrupt at `ticks`; clears a pending one. */
void sbi_timer_set(uint64_t ticks);

/* Ends the machine; `is_failure` may reach whoever started it. */
_Noreturn void sbi_shutdown(bool is_failure);

/* SPDX-License-Identifier: MIT */
/* The platform-level interrupt controller [plic]. */
#pragma once

#include "types.h"

/* Line numbers are 1 to IRQ_LINES - 1; 0 is no line. */
enum { IRQ_LINES = 256 };

/* The registers lie at physical `address`, which the kernel has mapped, and
 * interrupts go to `context`, which is this hart's; no line is enabled.
 * Address 0: there is no controller, and so no interrupt. */
void plic_init(paddr_t address, unsigned context);

/* Whether there is a controller. */
bool plic_is_there(void);

/* Whether the line interrupts. */
void plic_enable(unsigned line);
void plic_disable(unsigned line);

/* The line that wants to be served most urgently, which then waits until it is
 * completed; 0 if there is none. */
unsigned plic_claim(void);

/* The line may interrupt again. */
void plic_complete(unsigned line);

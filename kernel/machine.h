/* SPDX-License-Identifier: MIT */
/* The machine as an object, and how to turn it off. */
#pragma once

#include "object.h"
#include "types.h"

/* What a handle with machine rights names; there is one. */
extern struct object machine_object;

/* `address` is the physical address of the power-off register, 0 if there is
 * none. */
void machine_init(paddr_t address);

/* Ends the machine. `status` is what the one who started it sees, if the
 * machine has a finisher (QEMU's exit status: 0 to 255). */
_Noreturn void machine_power_off(unsigned status);

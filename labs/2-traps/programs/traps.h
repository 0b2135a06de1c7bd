/* SPDX-License-Identifier: MIT */
/* What traps_driver and faulter share. */
#pragma once

#include <stdint.h>

/* Ways to fault, by number; faulter.c has a function for each. */
enum { FAULTS = 5 };

/* What a faulter tells its parent, in memory that both have. */
#define LEDGER_PLACE UINT64_C(0x30300000)

struct ledger {
    uint64_t is_ready; /* it is about to fault */
    uint64_t went_on;  /* it ran on behind the fault: 1, or 2 */
    uint64_t turns;    /* of its second thread */
};

/* SPDX-License-Identifier: MIT */
/* What the fuzzer's processes count together, in one shared page: how often
 * each call ended with each error. */
#pragma once

#include <stdint.h>

enum {
    TALLY_CALLS = 64,  /* more than the largest number of a call */
    TALLY_ERRORS = 32, /* more than the largest error */
    TALLY_PAGES = 4,
};

struct tally {
    uint32_t count[TALLY_CALLS][TALLY_ERRORS];
    uint32_t calls; /* begun, those that never came back too */
};

_Static_assert(sizeof(struct tally) <= TALLY_PAGES * 4096, "it fits");

/* Where every process maps it: away from the windows that chaos.c maps. */
#define TALLY_PLACE UINT64_C(0x2fc0000000)

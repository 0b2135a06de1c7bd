/* SPDX-License-Identifier: MIT */
/* What a party tells of itself, in a page that it shares with killpoints.c:
 * where it is, and which errors it got. */
#pragma once

#include <stdint.h>

enum {
    PARTY_BEGUN,     /* not yet at the first call of its part */
    PARTY_BUSY,      /* in a call that must come back */
    PARTY_RECEIVING, /* where a server may stay for ever */
    PARTY_FINISHED,
};

struct party_log {
    volatile uint32_t at;
    volatile uint32_t errors; /* bit n: error n was returned */
    volatile uint32_t heard;  /* messages received */
};

/* Where the party maps its log, and what the faulter reads. */
#define PARTY_LOG UINT64_C(0x2f00000000)
#define PARTY_FAULT UINT64_C(0x2e00000000)

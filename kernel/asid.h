/* SPDX-License-Identifier: MIT */
/* Address-space identifiers: who may leave translations in the TLB. */
#pragma once

#include "types.h"

enum { ASID_SHARED = 0, ASID_MAX = 65535 };

/* `limit` is the largest identifier that the harts implement (0: none). */
void asid_init(unsigned limit);

/* An identifier of the caller's own, or ASID_SHARED when all are given out:
 * then the space must be flushed at each switch to it. */
unsigned asid_alloc(void);

/* Gives one back. The caller must have flushed it. ASID_SHARED is ignored. */
void asid_free(unsigned asid);

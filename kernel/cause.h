/* SPDX-License-Identifier: MIT */
/* The causes of traps in words. */
#pragma once

#include "types.h"

/* What happened, for a person: "load from a page that is not readable". */
const char *cause_text(uint64_t cause);

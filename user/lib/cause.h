/* SPDX-License-Identifier: MIT */
/* Causes of faults in words. */
#pragma once

#include <stdint.h>

/* What a thread did to fault, from word 0 of a message with MESSAGE_FAULT:
 * "store to a page that is not writable". */
const char *cause_text(uint64_t cause);

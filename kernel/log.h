/* SPDX-License-Identifier: MIT */
/* The early log: text that must come out even when little else works. */
#pragma once

#include "types.h"

void log_char(char c);
void log_text(const char *text);

/* Writes `value` in `base` (2 to 16), with zeros in front up to `width`
 * digits (0: only the digits it has; at most 64). */
void log_number(uint64_t value, unsigned base, unsigned width);

/* Writes `format` with these in it: %s a string, %u an unsigned int, %lu a
 * uint64_t, %x a uint64_t as 0x and 16 digits. */
void log_format(const char *format, ...);

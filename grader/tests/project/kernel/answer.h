/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

uint64_t answer_next(uint64_t value);
void answer_call(long count);

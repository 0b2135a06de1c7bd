/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

uint64_t echo_word(uint64_t value);
uint64_t echo_digits(uint64_t value);
uint64_t echo_twice(uint64_t value);

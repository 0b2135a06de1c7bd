/* SPDX-License-Identifier: MIT */
/* The names and types that this lab fixes. */
#include "echo.h"

#define CONTRACT(function, ...)                                                \
    _Static_assert(                                                            \
        __builtin_types_compatible_p(__typeof__(function), __VA_ARGS__),       \
        #function " no longer has the type that lab 8 fixes: " #__VA_ARGS__)

CONTRACT(echo_word, uint64_t(uint64_t));
CONTRACT(echo_twice, uint64_t(uint64_t));

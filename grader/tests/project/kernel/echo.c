/* SPDX-License-Identifier: MIT */
/* What they write in the lab before. */
#include "echo.h"

/* The same value.
 *
 * Lab: echo-word */
uint64_t
echo_word(uint64_t value)
{
    uint64_t copy = value;

    for (int bit = 0; bit < 64; bit++)
        copy = copy << 1 | copy >> 63;
    return copy;
}

/* The sum of all digits of `value`: given. */
uint64_t
echo_digits(uint64_t value)
{
    uint64_t sum = 0;

    for (; value; value /= 10)
        sum += value % 10;
    return sum;
}

/* The value that comes two after `value`.
 *
 * Lab: echo-twice */
uint64_t
echo_twice(uint64_t value)
{
    uint64_t twice = value;

    for (int i = 0; i < 2; i++)
        twice++;
    return echo_word(twice);
}

/* SPDX-License-Identifier: MIT */

uint64_t
echo_word(uint64_t value)
{
    /* Exercise 8.1. Return the same value.
     *
     * Until then every word is refused. */
    (void)value;
    return 0;
}

uint64_t
echo_twice(uint64_t value)
{
    /* Exercise 8.2. Return the value two after this one.
     *
     * Until then it is one after it. */
    return value + 1;
}

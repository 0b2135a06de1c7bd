/* SPDX-License-Identifier: MIT */
/* Memory by words: blocks, inodes and tables are multiples of 8 bytes and
 * aligned to them. The loops are the server's own, and no calls of memcpy, so
 * that tests/test_fs.py can kill it between any two of their stores; 32 bytes
 * cost eleven instructions. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { WORDS_AT_ONCE = 4 };

/* Whatever else may be there. */
typedef uint64_t word_t __attribute__((may_alias));

/* Copies `bytes` bytes, a multiple of 8; the two do not overlap. */
static inline void
words_copy(void *to, const void *from, size_t bytes)
{
    const word_t *source = from;
    word_t *target = to, *end = target + bytes / sizeof(*target);

    while (end - target >= WORDS_AT_ONCE) {
        uint64_t a = source[0], b = source[1], c = source[2], d = source[3];

        target[0] = a;
        target[1] = b;
        target[2] = c;
        target[3] = d;
        target += WORDS_AT_ONCE;
        source += WORDS_AT_ONCE;
        __asm__ volatile("" ::: "memory"); /* or gcc calls memcpy for it */
    }
    while (target < end) {
        *target++ = *source++;
        __asm__ volatile("" ::: "memory");
    }
}

/* Makes `bytes` bytes zero, a multiple of 32. */
static inline void
words_clear(void *at, size_t bytes)
{
    word_t *target = at, *end = target + bytes / sizeof(*target);

    for (; target < end; target += WORDS_AT_ONCE) {
        target[0] = 0;
        target[1] = 0;
        target[2] = 0;
        target[3] = 0;
        __asm__ volatile("" ::: "memory");
    }
}

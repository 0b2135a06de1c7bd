/* SPDX-License-Identifier: MIT */
/* A bitmap of identifiers; 0 is never given out.
 *
 * A1  A bit is set exactly while a space owns that identifier.
 *
 * Pure: flushing is the caller's, so the host can test the book-keeping. */
#include "asid.h"

static struct {
    uint64_t taken[(ASID_MAX + 1) / 64];
    unsigned limit;
    unsigned hint; /* the word to look at first */
} asids;

void
asid_init(unsigned limit)
{
    asids.limit = limit;
    asids.taken[0] = 1;
}

unsigned
asid_alloc(void)
{
    unsigned words = asids.limit / 64 + 1;

    for (unsigned i = 0; i < words; i++) {
        unsigned word = (asids.hint + i) % words;
        if (asids.taken[word] == UINT64_MAX)
            continue;
        unsigned bit = (unsigned)__builtin_ctzll(~asids.taken[word]);
        if (word * 64 + bit > asids.limit)
            continue;
        asids.taken[word] |= UINT64_C(1) << bit;
        asids.hint = word;
        return word * 64 + bit;
    }
    return ASID_SHARED;
}

void
asid_free(unsigned asid)
{
    if (asid == ASID_SHARED)
        return;
    assert(asids.taken[asid / 64] >> asid % 64 & 1);
    asids.taken[asid / 64] &= ~(UINT64_C(1) << asid % 64);
}

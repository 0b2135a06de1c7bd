/* SPDX-License-Identifier: MIT */
/* Page tables of three levels [priv 10.4], as data. */
#pragma once

#include "types.h"

typedef uint64_t pte_t;

/* A page-table entry:
 *
 *     63      54 53                10 9   8 7 6 5 4 3 2 1 0
 *     +---------+-------------------+-----+-+-+-+-+-+-+-+-+
 *     |    0    | physical page no. |  0  |D|A|G|U|X|W|R|V|
 *     +---------+-------------------+-----+-+-+-+-+-+-+-+-+
 *
 * Valid with R, W and X all 0 it names the table of the next level. A and D
 * are set from the start: the hart may then never write to a table. */
#define PTE_V (UINT64_C(1) << 0)
#define PTE_R (UINT64_C(1) << 1)
#define PTE_W (UINT64_C(1) << 2)
#define PTE_X (UINT64_C(1) << 3)
#define PTE_U (UINT64_C(1) << 4)
#define PTE_G (UINT64_C(1) << 5)
#define PTE_A (UINT64_C(1) << 6)
#define PTE_D (UINT64_C(1) << 7)
#define PTE_LEAF (PTE_R | PTE_W | PTE_X)

enum {
    SV39_ROOT_LEVEL = 2, /* levels count down to 0, whose leaves are pages */
    SV39_ENTRIES = 512,
    SV39_USER_ENTRIES = 256, /* of a root; the rest is the kernel's */
};

/* Bytes that one entry of `level` stands for: 4 KiB, 2 MiB, 1 GiB. */
static inline uint64_t
sv39_span(unsigned level)
{
    return UINT64_C(1) << (12 + 9 * level);
}

static inline unsigned
sv39_index(vaddr_t va, unsigned level)
{
    return va >> (12 + 9 * level) & (SV39_ENTRIES - 1);
}

static inline paddr_t
sv39_address(pte_t pte)
{
    return (pte >> 10) << 12;
}

static inline pte_t
sv39_entry(paddr_t p, uint64_t bits)
{
    return p >> 12 << 10 | bits;
}

/* The entry for `va` in the table of `level`, reached from `root`. NULL if a
 * table on the way is missing, or a leaf of a higher level covers `va`. */
pte_t *sv39_walk(pte_t *root, vaddr_t va, unsigned level);

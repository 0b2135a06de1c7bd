/* SPDX-License-Identifier: MIT */
/* The walk against a list of all tables there are.
 *
 * Trees grow at random: an entry is nothing, a leaf, or names a table that is
 * filled the same way. Entries that are not valid hold all kinds of bits, for
 * the walk must not look at them. */
#include "sv39.h"

#include "check.h"
#include "ram.h"

#include <string.h>

enum { TABLES_MAX = 200, TREES = 40, WALKS = 2000 };

static struct known_table {
    unsigned level;
    uint64_t prefix; /* the part of the address above this table's reach */
    paddr_t frame;
} tables[TABLES_MAX];
static unsigned table_count;

/* Address bits above what one table of `level` covers. */
static uint64_t
prefix_of(vaddr_t va, unsigned level)
{
    return (va & ((UINT64_C(1) << 39) - 1)) >> (12 + 9 * (level + 1));
}

static const struct known_table *
table_find(vaddr_t va, unsigned level)
{
    for (unsigned i = 0; i < table_count; i++)
        if (tables[i].level == level &&
            tables[i].prefix == prefix_of(va, level))
            return &tables[i];
    return NULL;
}

static paddr_t
table_grow(unsigned level, uint64_t prefix)
{
    paddr_t frame = RAM_START + (uint64_t)table_count * PAGE_BYTES;
    pte_t *entries = phys_to_virt(frame);

    tables[table_count++] = (struct known_table){level, prefix, frame};
    for (unsigned i = 0; i < SV39_ENTRIES; i++) {
        pte_t noise = check_random();

        if (check_below(4) > 0)
            entries[i] = noise & ~PTE_V;
        else
            entries[i] = (noise & ~(pte_t)PTE_LEAF) | PTE_V |
                         (check_below(2) ? PTE_R | PTE_W : PTE_X);
    }
    for (unsigned i = 0; level > 0 && i < 6 && table_count < TABLES_MAX; i++) {
        unsigned index = check_below(SV39_ENTRIES);

        if (!table_find((prefix << 9 | index) << (12 + 9 * level), level - 1))
            entries[index] =
                sv39_entry(table_grow(level - 1, prefix << 9 | index), PTE_V);
    }
    return frame;
}

/* An address that some table covers, or any. */
static vaddr_t
some_address(void)
{
    const struct known_table *table = &tables[check_below(table_count)];
    unsigned bits = 12 + 9 * (table->level + 1);

    if (check_below(8) == 0)
        return check_random();
    return table->prefix << bits |
           (check_random() & ((UINT64_C(1) << bits) - 1));
}

static void
test_walks(pte_t *root)
{
    for (unsigned i = 0; i < WALKS; i++) {
        vaddr_t va = some_address();

        for (unsigned level = 0; level <= SV39_ROOT_LEVEL; level++) {
            const struct known_table *table = table_find(va, level);
            const pte_t *entries = table ? phys_to_virt(table->frame) : NULL;
            uint64_t index = va / sv39_span(level) % SV39_ENTRIES;

            CHECK(sv39_walk(root, va, level) ==
                  (entries ? &entries[index] : NULL));
        }
    }
}

int
main(void)
{
    CHECK(sv39_span(0) == 4096 && sv39_span(1) == 2 << 20 &&
          sv39_span(2) == 1 << 30);
    CHECK(sv39_address(sv39_entry(0x87654000, PTE_V | PTE_D)) == 0x87654000);
    for (unsigned i = 0; i < TREES; i++) {
        table_count = 0;
        test_walks(phys_to_virt(table_grow(SV39_ROOT_LEVEL, 0)));
    }
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* The two readers of the device tree on any bytes: the kernel's, which picks
 * up what it knows in one pass, and the library's, which looks for a path.
 *
 * The input is copied to a block of its exact length, so that ASan sees a read
 * of one byte too many. The kernel's reader tells numbers and a text, not
 * addresses: they must stand in the input, or it has read something else. */
#include "fdt.h"

#include "check.h"

#include <lib/devicetree.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 40,
    /* A node, "cpu" and its zero, the end of the node. */
    CPU_BYTES_MIN = 12,
    CONTEXT_BYTES = 8,
};

/* Whether the number stands in the tree, as one cell or as two. */
static bool
number_is_inside(const void *tree, size_t bytes, uint64_t number)
{
    unsigned char cells[8];
    unsigned skip = number >> 32 ? 0 : 4;

    for (unsigned i = 0; i < 8; i++)
        cells[i] = (unsigned char)(number >> (56 - 8 * i));
    return number == 0 || memmem(tree, bytes, cells + skip, 8 - skip);
}

static void
check_machine(const void *tree, size_t bytes,
              const struct machine_description *m)
{
    size_t length = strnlen(m->bootargs, FDT_BOOTARGS_BYTES);

    CHECK(number_is_inside(tree, bytes, m->memory_start));
    CHECK(number_is_inside(tree, bytes, m->memory_bytes));
    CHECK(number_is_inside(tree, bytes, m->timebase_hertz));
    CHECK(number_is_inside(tree, bytes, m->finisher));
    CHECK(number_is_inside(tree, bytes, m->initrd_start));
    CHECK(number_is_inside(tree, bytes, m->initrd_end));
    CHECK(length < FDT_BOOTARGS_BYTES);
    CHECK(memmem(tree, bytes, m->bootargs, length) || length == 0);
    CHECK(m->hart_count <= bytes / CPU_BYTES_MIN);
    CHECK(!m->has_sstc || m->hart_count > 0);
    CHECK(number_is_inside(tree, bytes, m->clint.start));
    CHECK(number_is_inside(tree, bytes, m->clint.bytes));
    CHECK(number_is_inside(tree, bytes, m->plic.start));
    CHECK(number_is_inside(tree, bytes, m->plic.bytes));
    for (unsigned i = 0; i < HART_MAX; i++) {
        CHECK(number_is_inside(tree, bytes, m->hart_ids[i]));
        CHECK(m->plic_contexts[i] <= bytes / CONTEXT_BYTES);
    }
}

/* Reads a copy of the first `bytes` bytes; true if they are well formed. */
static bool
kernel_read(const void *data, size_t bytes)
{
    struct machine_description machine;
    void *tree = check_copy(data, bytes);
    bool is_good = fdt_read(tree, bytes, &machine);

    check_machine(tree, bytes, &machine);
    free(tree);
    return is_good;
}

static void
library_read(const void *data, size_t bytes)
{
    static const char *const wanted[][2] = {
        {"/", "compatible"},
        {"/chosen", "bootargs"},
        {"/memory", "reg"},
        {"/soc/test@100000", "reg"},
    };
    char *tree = check_copy(data, bytes);

    for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        size_t length = 0;
        const char *value = devicetree_property(tree, bytes, wanted[i][0],
                                                wanted[i][1], &length);

        if (value) {
            CHECK(value >= tree && length <= bytes);
            CHECK((size_t)(value - tree) <= bytes - length);
            check_readable(value, length);
        }
    }
    free(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    uint64_t claim = fdt_bytes(data, bytes);
    bool is_good = kernel_read(data, bytes);

    /* What lies behind the length that the header claims plays no part. */
    CHECK(claim == 0 || (claim >= HEADER_BYTES && claim <= bytes));
    CHECK(claim != 0 || !is_good);
    if (claim != 0 && claim < bytes)
        CHECK(kernel_read(data, claim) == is_good);
    library_read(data, bytes);
    return 0;
}

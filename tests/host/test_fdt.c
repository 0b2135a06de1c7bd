/* SPDX-License-Identifier: MIT */
/* The kernel's reader on the tree of a real machine, and on ruins of it.
 * Arguments: the tree, of a machine with 4 harts, 256 MiB and the command
 * line "number=7 text=here". */
#include "fdt.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 40,
    DAMAGES = 20000,
    TOTAL_AT = 4,
    TREE_BYTES_MAX = 8192,

    BEGIN_NODE = 1,
    END_NODE = 2,
    PROPERTY = 3,
    END = 9,

    INTERRUPT_SUPERVISOR = 9, /* of a hart, external */
    INTERRUPT_MACHINE = 11,
};

static void
cell_write(unsigned char *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* Reads a copy of the tree; true if it is well formed. */
static bool
read_copy(const unsigned char *tree, size_t bytes)
{
    struct machine_description machine;
    void *copy = check_copy(tree, bytes);
    bool is_good = fdt_read(copy, bytes, &machine);

    CHECK(memchr(machine.bootargs, '\0', FDT_BOOTARGS_BYTES));
    for (unsigned i = 0; i < HART_MAX; i++) {
        CHECK(i < machine.hart_count || machine.hart_ids[i] == 0);
        CHECK(machine.plic_contexts[i] < bytes / 8 + 1);
    }
    CHECK(fdt_bytes(copy, bytes) <= bytes);
    free(copy);
    return is_good;
}

static void
test_machine(const unsigned char *tree, size_t bytes)
{
    struct machine_description m;

    CHECK(fdt_bytes(tree, bytes) == bytes);
    CHECK(fdt_bytes(tree, bytes + 1) == bytes);
    CHECK(fdt_read(tree, bytes, &m));
    CHECK(m.memory_start == 0x80000000 && m.memory_bytes == 256 << 20);
    CHECK(m.timebase_hertz == 10000000);
    CHECK(m.hart_count == 4 && m.has_sstc);
    for (unsigned i = 0; i < HART_MAX; i++) {
        CHECK(m.hart_ids[i] == (i < 4 ? i : 0));
        /* Each hart has a context for M-mode and then one for S-mode. */
        CHECK(m.plic_contexts[i] == (i < 4 ? 2 * i + 1 : 0));
    }
    CHECK(m.finisher == 0x100000);
    CHECK(m.clint.start == 0x2000000 && m.clint.bytes == 0x10000);
    CHECK(m.plic.start == 0xc000000 && m.plic.bytes == 0x600000);
    CHECK(m.initrd_start == 0 && m.initrd_end == 0);
    CHECK(strcmp(m.bootargs, "number=7 text=here") == 0);
}

/* Cut at each length, with a header that knows and with one that does not. */
static void
test_cuts(unsigned char *tree, size_t bytes)
{
    for (size_t length = 0; length < bytes; length++) {
        CHECK(!read_copy(tree, length));
        if (length < HEADER_BYTES)
            continue;
        unsigned char kept[4];
        memcpy(kept, tree + TOTAL_AT, 4);
        cell_write(tree + TOTAL_AT, (uint32_t)length);
        /* The names come last: the structure may well be whole. */
        (void)read_copy(tree, length);
        memcpy(tree + TOTAL_AT, kept, 4);
    }
}

static void
test_damages(const unsigned char *tree, size_t bytes)
{
    for (unsigned i = 0; i < DAMAGES; i++) {
        unsigned char *ruin = check_copy(tree, bytes);
        /* The header, the first nodes, or anything. */
        size_t reach = check_below(4) == 0   ? HEADER_BYTES
                       : check_below(2) == 0 ? 256
                                             : bytes;

        check_damage(ruin, reach, 1 + check_below(8));
        if (check_below(2)) { /* let it come past the header */
            memcpy(ruin, tree, 8);
        }
        (void)read_copy(ruin, bytes);
        free(ruin);
    }
}

/* Headers that point anywhere. */
static void
test_offsets(const unsigned char *tree, size_t bytes)
{
    static const uint32_t offsets[] = {0,          1,          39,
                                       40,         0x7fffffff, 0x80000000,
                                       0xfffffff0, 0xfffffffc, 0xffffffff};
    enum { COUNT = sizeof(offsets) / sizeof(offsets[0]) };
    unsigned char *ruin = check_copy(tree, bytes);

    for (unsigned i = 0; i < COUNT * COUNT; i++) {
        cell_write(ruin + 8, offsets[i % COUNT]);
        cell_write(ruin + 12, offsets[i / COUNT]);
        (void)read_copy(ruin, bytes);
    }
    memcpy(ruin, tree, HEADER_BYTES);
    for (uint32_t at = (uint32_t)bytes - 8; at < bytes + 8; at++) {
        cell_write(ruin + 8, at);
        (void)read_copy(ruin, bytes);
    }
    free(ruin);
}

/* ------------------------------------------------ trees made for the purpose
 *
 * The names come before the structure, so that the last bytes of the last
 * property are the last of all, and ASan sees who reads on. */

static unsigned char made[TREE_BYTES_MAX];
static size_t made_bytes;

static const char names[] = "#address-cells\0#size-cells\0reg\0bootargs\0"
                            "compatible\0timebase-frequency\0"
                            "linux,initrd-start\0linux,initrd-end\0"
                            "interrupts-extended\0riscv,isa\0";

static void
made_cell(uint32_t value)
{
    cell_write(made + made_bytes, value);
    made_bytes += 4;
}

/* Adds bytes, and zeros up to a whole cell. */
static void
made_append(const void *bytes, size_t count)
{
    memcpy(made + made_bytes, bytes, count);
    made_bytes += (count + 3) / 4 * 4;
}

static void
made_start(void)
{
    memset(made, 0, sizeof(made));
    cell_write(made, 0xd00dfeed);
    made_bytes = HEADER_BYTES;
    cell_write(made + 12, (uint32_t)made_bytes);
    made_append(names, sizeof(names));
    cell_write(made + 8, (uint32_t)made_bytes);
}

static void
made_node(const char *name)
{
    made_cell(BEGIN_NODE);
    made_append(name, strlen(name) + 1);
}

static void
made_property(const char *name, const void *value, size_t bytes)
{
    const char *at = memmem(names, sizeof(names), name, strlen(name) + 1);

    CHECK(at != NULL);
    made_cell(PROPERTY);
    made_cell((uint32_t)bytes);
    made_cell((uint32_t)(at - names));
    made_append(value, bytes);
}

/* Ends the open nodes and the tree, and reads it. */
static bool
made_read(unsigned open, struct machine_description *machine)
{
    while (open-- > 0)
        made_cell(END_NODE);
    made_cell(END);
    cell_write(made + TOTAL_AT, (uint32_t)made_bytes);

    void *tree = check_copy(made, made_bytes);
    bool is_good = fdt_read(tree, made_bytes, machine);
    free(tree);
    return is_good;
}

/* Reads the tree as it is, without an end: never good. */
static void
made_read_open(void)
{
    cell_write(made + TOTAL_AT, (uint32_t)made_bytes);
    CHECK(!read_copy(made, made_bytes));
}

static void
test_depth(void)
{
    struct machine_description machine;

    for (unsigned depth = 1; depth < 200; depth++) {
        made_start();
        for (unsigned i = 0; i < depth; i++)
            made_node("n");
        bool is_good = made_read(depth, &machine);
        CHECK(is_good ? depth < 32 : depth > 4); /* a machine has 4 */
    }
    made_start();
    made_node("");
    CHECK(!made_read(2, &machine)); /* an end too many */
    made_start();
    CHECK(made_read(0, &machine) && machine.memory_bytes == 0);
}

/* Properties that are shorter than they should be, at the very end. */
static void
test_short_properties(void)
{
    static const char *const known[] = {
        "#address-cells",     "#size-cells",      "reg",
        "bootargs",           "compatible",       "timebase-frequency",
        "linux,initrd-start", "linux,initrd-end", "interrupts-extended",
    };

    for (unsigned i = 0; i < 2 * 9 * 24; i++) {
        static const char *const nodes[] = {"chosen", "memory@0", "cpus",
                                            "plic@0"};
        static const char values[2][25] = {"", "sifive,test0sifive,test0"};

        made_start();
        made_node("");
        made_node(nodes[i % 4]);
        made_property(known[i % 9], values[i / 9 % 2], i / 18);
        made_read_open();
    }
    for (uint32_t cells = 0; cells < 10; cells++) {
        unsigned char word[4];
        static const char ones[16] = "sifive,test0";

        made_start();
        made_node("");
        cell_write(word, cells * (cells > 6 ? 0x1fffffff : 1));
        made_property("#address-cells", word, 4);
        made_property("#size-cells", word, 4);
        made_node("memory");
        made_property("compatible", ones, sizeof(ones));
        made_property("reg", ones, sizeof(ones));
        made_read_open();
    }
}

static void
test_chosen(void)
{
    static const unsigned char start[] = {0, 0, 0, 0, 0x84, 0, 0x10, 0};
    static const unsigned char end[] = {0x84, 0x20, 0, 1};
    struct machine_description machine;
    static const unsigned lengths[] = {
        0,
        1,
        FDT_BOOTARGS_BYTES - 1,
        FDT_BOOTARGS_BYTES,
        FDT_BOOTARGS_BYTES + 1,
        4 * FDT_BOOTARGS_BYTES,
    };
    char arguments[4 * FDT_BOOTARGS_BYTES];

    memset(arguments, 'a', sizeof(arguments)); /* and no zero */
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        unsigned length = lengths[i];
        size_t kept =
            length < FDT_BOOTARGS_BYTES ? length : FDT_BOOTARGS_BYTES - 1;

        made_start();
        made_node("");
        made_node("chosen");
        made_property("linux,initrd-start", start, sizeof(start));
        made_property("linux,initrd-end", end, sizeof(end));
        made_property("bootargs", arguments, length);
        CHECK(made_read(2, &machine));
        CHECK(strlen(machine.bootargs) == kept);
        CHECK(machine.initrd_start == 0x84001000);
        CHECK(machine.initrd_end == 0x84200001);
    }

    /* Of a chosen that is not the root's own nothing is believed. */
    made_start();
    made_node("");
    made_node("other");
    made_node("chosen");
    made_property("bootargs", "here", 5);
    CHECK(made_read(3, &machine) && machine.bootargs[0] == '\0');
}

static void
made_number(const char *name, uint32_t value)
{
    unsigned char cell[4];

    cell_write(cell, value);
    made_property(name, cell, sizeof(cell));
}

/* Harts with names of any size, more of them than the kernel runs. */
static void
test_harts(unsigned count)
{
    unsigned with_sstc = 0;
    uint64_t ids[2 * HART_MAX + 1];
    struct machine_description machine;

    made_start();
    made_node("");
    made_node("cpus");
    made_number("#address-cells", 2);
    made_number("#size-cells", 0);
    for (unsigned i = 0; i < count; i++) {
        unsigned char reg[8];
        bool has_sstc = check_below(count) > 0;

        ids[i] = check_random() >> (check_below(2) ? 0 : 40);
        cell_write(reg, (uint32_t)(ids[i] >> 32));
        cell_write(reg + 4, (uint32_t)ids[i]);
        made_node("cpu@0");
        made_property("reg", reg, sizeof(reg));
        if (has_sstc)
            made_property("riscv,isa", "rv64_sstc", 10);
        with_sstc += has_sstc;
        made_cell(END_NODE);
    }
    made_node("cpu-map"); /* which is no hart */
    CHECK(made_read(3, &machine));
    CHECK(machine.hart_count == count);
    CHECK(machine.has_sstc == (count > 0 && with_sstc == count));
    for (unsigned i = 0; i < count && i < HART_MAX; i++)
        CHECK(machine.hart_ids[i] == ids[i]);
}

/* An interrupt controller with any contexts in any order: the i-th hart's is
 * the i-th that is for S-mode. */
static void
test_plic(unsigned contexts)
{
    unsigned char pairs[8 * 4 * HART_MAX], reg[8];
    unsigned expected[HART_MAX] = {0}, harts = 0;
    bool has_reg = check_below(2), is_whole = check_below(2);
    struct machine_description machine;

    for (unsigned i = 0; i < contexts; i++) {
        bool is_supervisor = check_below(2);

        cell_write(pairs + 8 * (size_t)i, INTERRUPT_SUPERVISOR); /* whose */
        cell_write(pairs + 8 * (size_t)i + 4,
                   is_supervisor ? INTERRUPT_SUPERVISOR : INTERRUPT_MACHINE);
        if (!is_whole && i == contexts - 1)
            break; /* its last byte is missing */
        if (is_supervisor && harts < HART_MAX)
            expected[harts++] = i;
    }
    cell_write(reg, 0xc000000);
    cell_write(reg + 4, 0x600000);
    made_start();
    made_node("");
    made_number("#address-cells", 1);
    made_number("#size-cells", 1);
    made_node("plic@c000000");
    if (has_reg)
        made_property("reg", reg, sizeof(reg));
    made_property("compatible", "sifive,plic-1.0.0\0riscv,plic0", 30);
    made_property("interrupts-extended", pairs,
                  8 * (size_t)contexts - (contexts > 0 && !is_whole));
    CHECK(made_read(2, &machine));
    CHECK(memcmp(machine.plic_contexts, expected, sizeof(expected)) == 0);
    CHECK(machine.plic.start == (has_reg ? 0xc000000 : 0));
    CHECK(machine.plic.bytes == (has_reg ? 0x600000 : 0));
    CHECK(machine.clint.bytes == 0);
}

/* What the header claims is not less than itself. */
static void
test_claims(unsigned char *tree, size_t bytes)
{
    for (uint32_t claim = 0; claim < HEADER_BYTES; claim++) {
        cell_write(tree + TOTAL_AT, claim);
        CHECK(fdt_bytes(tree, bytes) == 0);
        CHECK(!read_copy(tree, bytes));
    }
    cell_write(tree + TOTAL_AT, (uint32_t)bytes + 1);
    CHECK(fdt_bytes(tree, bytes) == 0 && !read_copy(tree, bytes));
}

int
main(int argc, char **argv)
{
    size_t bytes;
    unsigned char *tree = check_file(argc > 1 ? argv[1] : NULL, &bytes);

    test_machine(tree, bytes);
    test_cuts(tree, bytes);
    test_damages(tree, bytes);
    test_offsets(tree, bytes);
    test_claims(tree, bytes);
    test_depth();
    test_short_properties();
    test_chosen();
    for (unsigned i = 0; i <= 2 * HART_MAX; i++)
        test_harts(i);
    for (unsigned i = 0; i < 64 * HART_MAX; i++)
        test_plic(i % (4 * HART_MAX + 1));
    free(tree);
    return 0;
}

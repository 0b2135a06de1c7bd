/* SPDX-License-Identifier: MIT */
/* The flattened device tree [devicetree 5], read in one pass.
 *
 * The tree is a stream of 32-bit big-endian tokens: a node begins with its
 * name, holds properties and nodes, and ends. We keep only the path to the
 * node we are in, and pick up the properties we know as they go by. A node's
 * own properties come before its children, so the cell sizes that a child's
 * "reg" is written in are known when we meet it.
 *
 * F1  Nothing outside [blob, blob + bytes) is read, whatever the tree says.
 *
 * Pure: no hardware, also built for the host. */
#include "fdt.h"

enum {
    FDT_MAGIC = (int)0xd00dfeed,
    FDT_BEGIN_NODE = 1,
    FDT_END_NODE = 2,
    FDT_PROPERTY = 3,
    FDT_NOP = 4,
    FDT_END = 9,
    FDT_HEADER_BYTES = 40,
    FDT_DEPTH_MAX = 8,
    INTERRUPT_SUPERVISOR = 9, /* a hart's external interrupt in S-mode */
};

/* A node on the path from the root to where we read. */
struct fdt_node {
    const char *name;
    unsigned address_cells, size_cells; /* how its children write "reg" */
    bool is_finisher, is_clint, is_plic, is_cpu;
    uint64_t reg_start, reg_bytes;
    bool has_reg;
};

struct fdt_reader {
    const uint8_t *blob;
    uint64_t bytes;    /* of the whole blob */
    uint64_t position; /* of the next token */
    uint64_t strings;  /* offset of the property names */
    int depth;         /* index of the current node; -1 outside the root */
    struct fdt_node path[FDT_DEPTH_MAX];
    unsigned harts_with_sstc;
    struct machine_description *machine;
};

struct fdt_property {
    const char *name;
    const uint8_t *value;
    uint32_t bytes;
};

static uint32_t
cell_read(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

/* `count` cells as one number; more than two keep the low 64 bits. */
static uint64_t
cells_read(const uint8_t *p, unsigned count)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < count; i++)
        value = value << 32 | cell_read(p + 4 * (uint64_t)i);
    return value;
}

static bool
text_equal(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

/* Whether node name `name` is `base`, with or without an "@address". */
static bool
node_is(const char *name, const char *base)
{
    while (*base && *name == *base)
        name++, base++;
    return *base == '\0' && (*name == '\0' || *name == '@');
}

/* Whether `wanted` stands anywhere in the property's bytes. */
static bool
property_contains(const struct fdt_property *p, const char *wanted)
{
    uint32_t length = 0;

    while (wanted[length])
        length++;
    for (uint32_t i = 0; i + length <= p->bytes; i++) {
        uint32_t n = 0;
        while (n < length && p->value[i + n] == (uint8_t)wanted[n])
            n++;
        if (n == length)
            return true;
    }
    return false;
}

/* The string at `offset` if it ends inside the blob, else NULL. */
static const char *
string_at(const struct fdt_reader *r, uint64_t offset)
{
    for (uint64_t i = offset; i < r->bytes; i++)
        if (r->blob[i] == '\0')
            return (const char *)r->blob + offset;
    return NULL;
}

static void
chosen_property(struct machine_description *m, const struct fdt_property *p)
{
    if (text_equal(p->name, "linux,initrd-start")) {
        m->initrd_start = cells_read(p->value, p->bytes / 4);
    } else if (text_equal(p->name, "linux,initrd-end")) {
        m->initrd_end = cells_read(p->value, p->bytes / 4);
    } else if (text_equal(p->name, "bootargs")) {
        uint32_t n = 0;
        for (; n < p->bytes && n < FDT_BOOTARGS_BYTES - 1; n++)
            m->bootargs[n] = (char)p->value[n];
        m->bootargs[n] = '\0';
    }
}

/* The controller's contexts, a pair of cells each: whose, and which of its
 * interrupts. The harts stand in the same order as their own nodes. */
static void
plic_property(struct machine_description *m, const struct fdt_property *p)
{
    unsigned hart = 0;

    for (unsigned i = 0; i < p->bytes / 8 && hart < HART_MAX; i++)
        if (cell_read(p->value + 8 * (uint64_t)i + 4) == INTERRUPT_SUPERVISOR)
            m->plic_contexts[hart++] = i;
}

static void
compatible_property(struct fdt_node *node, const struct fdt_property *p)
{
    node->is_finisher = property_contains(p, "sifive,test0");
    node->is_clint = property_contains(p, "riscv,clint0");
    node->is_plic = property_contains(p, "riscv,plic0");
}

/* One property of the node we are in. */
static void
property_visit(struct fdt_reader *r, const struct fdt_property *p)
{
    struct fdt_node *node = &r->path[r->depth];
    struct machine_description *m = r->machine;

    if (text_equal(p->name, "#address-cells") && p->bytes == 4)
        node->address_cells = cell_read(p->value);
    else if (text_equal(p->name, "#size-cells") && p->bytes == 4)
        node->size_cells = cell_read(p->value);
    else if (text_equal(p->name, "compatible"))
        compatible_property(node, p);
    else if (text_equal(p->name, "interrupts-extended") &&
             node_is(node->name, "plic"))
        plic_property(m, p);
    else if (text_equal(p->name, "timebase-frequency") &&
             node_is(node->name, "cpus"))
        m->timebase_hertz = cells_read(p->value, p->bytes / 4);
    else if (text_equal(p->name, "riscv,isa") && node->is_cpu)
        r->harts_with_sstc += property_contains(p, "sstc");
    else if (text_equal(p->name, "reg") && r->depth > 0) {
        const struct fdt_node *parent = &r->path[r->depth - 1];
        unsigned a = parent->address_cells, s = parent->size_cells;
        if (a <= 4 && s <= 4 && p->bytes >= 4 * (a + s)) {
            node->has_reg = true;
            node->reg_start = cells_read(p->value, a);
            node->reg_bytes = cells_read(p->value + 4 * (uint64_t)a, s);
        }
    }
    if (r->depth == 1 && node_is(node->name, "chosen"))
        chosen_property(m, p);
}

/* A node is complete when it ends; only then all its properties are known. */
static void
node_finish(struct fdt_reader *r)
{
    const struct fdt_node *node = &r->path[r->depth];
    struct machine_description *m = r->machine;

    if (r->depth == 1 && node_is(node->name, "memory") && node->has_reg &&
        m->memory_bytes == 0) {
        m->memory_start = node->reg_start;
        m->memory_bytes = node->reg_bytes;
    }
    if (node->is_finisher && node->has_reg)
        m->finisher = node->reg_start;
    if (node->is_clint && node->has_reg)
        m->clint = (struct device_range){node->reg_start, node->reg_bytes};
    if (node->is_plic && node->has_reg)
        m->plic = (struct device_range){node->reg_start, node->reg_bytes};
    if (node->is_cpu) {
        if (m->hart_count < HART_MAX)
            m->hart_ids[m->hart_count] = node->reg_start;
        m->hart_count++;
    }
}

static bool
node_begin(struct fdt_reader *r)
{
    const char *name = string_at(r, r->position);
    uint64_t length = 0;

    if (!name || r->depth + 1 >= FDT_DEPTH_MAX)
        return false;
    while (name[length])
        length++;
    r->position += (length + 1 + 3) & ~UINT64_C(3);
    r->depth++;
    r->path[r->depth] = (struct fdt_node){
        .name = name,
        .address_cells = 2,
        .size_cells = 1,
        .is_cpu = r->depth == 2 && node_is(name, "cpu") &&
                  node_is(r->path[1].name, "cpus"),
    };
    return true;
}

static bool
property_read(struct fdt_reader *r)
{
    struct fdt_property p;

    if (r->depth < 0 || r->position + 8 > r->bytes)
        return false;
    p.bytes = cell_read(r->blob + r->position);
    p.name = string_at(r, r->strings + cell_read(r->blob + r->position + 4));
    p.value = r->blob + r->position + 8;
    if (!p.name || p.bytes > r->bytes - r->position - 8)
        return false;
    r->position += 8 + (((uint64_t)p.bytes + 3) & ~UINT64_C(3));
    property_visit(r, &p);
    return true;
}

uint64_t
fdt_bytes(const void *blob, uint64_t limit)
{
    const uint8_t *header = blob;
    uint64_t bytes;

    if (limit < FDT_HEADER_BYTES || (int)cell_read(header) != FDT_MAGIC)
        return 0;
    bytes = cell_read(header + 4);
    return bytes >= FDT_HEADER_BYTES && bytes <= limit ? bytes : 0;
}

bool
fdt_read(const void *blob, uint64_t bytes, struct machine_description *machine)
{
    struct fdt_reader r = {.blob = blob, .depth = -1, .machine = machine};

    *machine = (struct machine_description){0};
    r.bytes = fdt_bytes(blob, bytes);
    if (r.bytes == 0)
        return false;
    r.position = cell_read(r.blob + 8);
    r.strings = cell_read(r.blob + 12);

    while (r.position <= r.bytes - 4) {
        uint32_t token = cell_read(r.blob + r.position);
        r.position += 4;
        if (token == FDT_BEGIN_NODE) {
            if (!node_begin(&r))
                return false;
        } else if (token == FDT_PROPERTY) {
            if (!property_read(&r))
                return false;
        } else if (token == FDT_END_NODE) {
            if (r.depth < 0)
                return false;
            node_finish(&r);
            r.depth--;
        } else if (token == FDT_END) {
            machine->has_sstc = machine->hart_count > 0 &&
                                r.harts_with_sstc == machine->hart_count;
            return r.depth < 0;
        } else if (token != FDT_NOP) {
            return false;
        }
    }
    return false;
}

/* SPDX-License-Identifier: MIT */
/* The kernel's half and the programs' half.
 *
 *     0xffffffffffffffff +--------------------------------------+
 *                        | all of RAM at physical + KERNEL_BASE |  the same
 *                        |   text R-X, rodata R--, the rest RW- |  tables in
 *     0xffffffc000000000 +--------------------------------------+  every root
 *                        :   not canonical: no such addresses   :
 *     0x0000004000000000 +--------------------------------------+
 *                        |   one process                        |
 *     0x0000000000001000 +--------------------------------------+
 *                        |   never mapped: a NULL faults        |
 *     0x0000000000000000 +--------------------------------------+
 *
 * P1  The upper half of every root is a copy of the kernel's and never changes.
 * P2  No page is writable and executable, for program or kernel.
 * P3  A root is freed only when no hart's satp names it.
 * P4  Entries have A and D set and the hart never writes to a table.
 *
 * Called by memory.c, process.c and process_end.c. */
#include "space.h"

#include "asid.h"
#include "frame.h"
#include "hart.h"
#include "riscv.h"

extern char kernel_text[], kernel_rodata[], kernel_data[], kernel_end[];
extern char hart_stacks[];

static pte_t *kernel_root;

/* Lab: boot-kernel-map */
void
kernel_map(pte_t *root, vaddr_t va, paddr_t start, uint64_t bytes,
           uint64_t bits, paddr_t *free)
{
    uint64_t done = 0;

    while (done < bytes) {
        unsigned level = SV39_ROOT_LEVEL;
        pte_t *table = root;

        /* The largest leaf that begins here and does not reach too far. */
        while (((va + done) | (start + done)) & (sv39_span(level) - 1) ||
               bytes - done < sv39_span(level))
            level--;
        for (unsigned l = SV39_ROOT_LEVEL; l > level; l--) {
            pte_t *pte = &table[sv39_index(va + done, l)];
            if (!(*pte & PTE_V)) {
                uint64_t *fresh = phys_to_virt(*free);
                for (unsigned i = 0; i < SV39_ENTRIES; i++)
                    fresh[i] = 0;
                *pte = sv39_entry(*free, PTE_V);
                *free += PAGE_BYTES;
            }
            table = phys_to_virt(sv39_address(*pte));
        }
        table[sv39_index(va + done, level)] =
            sv39_entry(start + done, bits | PTE_V | PTE_G | PTE_A | PTE_D);
        done += sv39_span(level);
    }
}

/* Maps the kernel's addresses from `from` to `to` to where they are. */
static void
kernel_map_range(const void *from, const void *to, uint64_t bits, paddr_t *free)
{
    kernel_map(kernel_root, (vaddr_t)from, virt_to_phys(from),
               (uint64_t)((const char *)to - (const char *)from), bits, free);
}

/* The largest ASID that the hart keeps when it is written [priv 10.1.11]. */
static unsigned
asid_limit_probe(uint64_t satp)
{
    CSR_WRITE(satp, satp | (uint64_t)ASID_MAX << SATP_ASID_SHIFT);
    unsigned limit = CSR_READ(satp) >> SATP_ASID_SHIFT & ASID_MAX;
    CSR_WRITE(satp, satp);
    return limit;
}

void
space_init(paddr_t ram_end, const struct device_range *devices, unsigned count,
           paddr_t *free)
{
    char *stacks_end = hart_stacks + (size_t)HART_STACK_BYTES * HART_MAX;
    uint64_t satp;

    kernel_root = phys_to_virt(*free);
    *free += PAGE_BYTES;
    for (unsigned i = 0; i < SV39_ENTRIES; i++)
        kernel_root[i] = 0;
    kernel_map_range(kernel_text, kernel_rodata, PTE_R | PTE_X, free);
    kernel_map_range(kernel_rodata, kernel_data, PTE_R, free);
    kernel_map_range(kernel_data, hart_stacks, PTE_R | PTE_W, free);
    for (char *stack = hart_stacks; stack < stacks_end;
         stack += HART_STACK_BYTES) /* the first page is the guard */
        kernel_map_range(stack + HART_GUARD_BYTES, stack + HART_STACK_BYTES,
                         PTE_R | PTE_W, free);
    kernel_map_range(stacks_end, phys_to_virt(ram_end), PTE_R | PTE_W, free);
    for (unsigned i = 0; i < count; i++)
        if (devices[i].bytes)
            kernel_map(kernel_root, (vaddr_t)phys_to_virt(devices[i].start),
                       devices[i].start, devices[i].bytes, PTE_R | PTE_W, free);
    satp = SATP_SV39 | virt_to_phys(kernel_root) / PAGE_BYTES;
    hart_kernel_space_set(satp);
    hart_leave_space();
    riscv_flush_all();
    asid_init(asid_limit_probe(satp));
    riscv_flush_all();
}

void
space_create(struct space *space, struct payer *payer)
{
    paddr_t root = payer_take(payer, SPACE_PAGES);

    assert(root != FRAME_NONE);
    space->root = phys_to_virt(root);
    for (unsigned i = SV39_USER_ENTRIES; i < SV39_ENTRIES; i++)
        space->root[i] = kernel_root[i];
    space->asid = asid_alloc();
    space->satp = (space->asid == ASID_SHARED ? 0 : SATP_SV39) |
                  (uint64_t)space->asid << SATP_ASID_SHIFT | root / PAGE_BYTES;
}

/* How many tables of `level` are missing to map [va, end). */
static inline unsigned
tables_missing(struct space *space, vaddr_t va, vaddr_t end, unsigned level)
{
    uint64_t span = sv39_span(level + 1);
    unsigned count = 0;

    for (va &= ~(span - 1); va < end; va += span) {
        const pte_t *pte = sv39_walk(space->root, va, level + 1);
        count += !pte || !(*pte & PTE_V);
    }
    return count;
}

/* The lowest-level entry for `va`; makes the tables that are missing. */
static inline pte_t *
entry_make(struct space *space, struct payer *payer, vaddr_t va)
{
    for (unsigned level = SV39_ROOT_LEVEL; level > 0; level--) {
        pte_t *pte = sv39_walk(space->root, va, level);
        if (!(*pte & PTE_V)) {
            paddr_t table = payer_take(payer, 1);
            assert(table != FRAME_NONE);
            *pte = sv39_entry(table, PTE_V);
        }
    }
    return sv39_walk(space->root, va, 0);
}

/* Lab: boot-map */
err_t
space_map(struct space *space, struct payer *payer, vaddr_t va, paddr_t start,
          unsigned pages, uint64_t bits, unsigned spare)
{
    vaddr_t end = va + (uint64_t)pages * PAGE_BYTES;

    if (va % PAGE_BYTES || va < PAGE_BYTES || va >= USER_TOP || end > USER_TOP)
        return ERR_ADDRESS;
    for (vaddr_t page = va; page < end; page += PAGE_BYTES)
        if (space_entry(space, page))
            return ERR_EXISTS;
    if (payer->quota < tables_missing(space, va, end, 1) +
                           tables_missing(space, va, end, 0) + spare)
        return ERR_QUOTA;

    /* Commit: nothing below may fail. */
    for (unsigned i = 0; i < pages; i++)
        *entry_make(space, payer, va + (uint64_t)i * PAGE_BYTES) =
            sv39_entry(start + (uint64_t)i * PAGE_BYTES,
                       bits | PTE_V | PTE_U | PTE_A | PTE_D);
    if (bits & PTE_X)
        hart_flush_code();
    return OK;
}

/* Lab: boot-map */
void
space_unmap(struct space *space, vaddr_t va, unsigned pages)
{
    for (unsigned i = 0; i < pages; i++)
        *sv39_walk(space->root, va + (uint64_t)i * PAGE_BYTES, 0) = 0;
    hart_flush(va, (uint64_t)pages * PAGE_BYTES, space->asid);
}

pte_t
space_entry(const struct space *space, vaddr_t va)
{
    const pte_t *pte = va < USER_TOP ? sv39_walk(space->root, va, 0) : NULL;

    return pte && *pte & PTE_V ? *pte : 0;
}

/* Where the kernel sees byte `va` of the space, or NULL if its program could
 * not do there what `need` (PTE_R or PTE_W) says. */
static inline char *
space_byte(const struct space *space, vaddr_t va, uint64_t need)
{
    pte_t pte = space_entry(space, va);

    if (!(pte & need) || !frame_is_ram(sv39_address(pte)))
        return NULL;
    return (char *)phys_to_virt(sv39_address(pte)) + va % PAGE_BYTES;
}

bool
space_allows(const struct space *space, vaddr_t va, uint64_t need)
{
    return space_byte(space, va, need);
}

/* A block that is moved at once, whatever a program keeps in it. */
struct block {
    uint64_t words[8];
} __attribute__((may_alias));

/* As memmove, of which the C library has one that is small and goes byte by
 * byte: blocks first, if both sides are aligned for that. The two may be the
 * same frame; where going forwards would overwrite what is yet to be read, it
 * is left to memmove. */
static inline void
bytes_copy(char *to, const char *from, uint64_t bytes)
{
    bool is_aligned = ((uintptr_t)to | (uintptr_t)from) % sizeof(uint64_t) == 0;
    bool is_forward = to <= from || to >= from + bytes;

    while (is_aligned && is_forward && bytes >= sizeof(struct block)) {
        *(struct block *)(void *)to = *(const struct block *)(const void *)from;
        to += sizeof(struct block);
        from += sizeof(struct block);
        bytes -= sizeof(struct block);
    }
    __builtin_memmove(to, from, bytes);
}

/* Lab: boot-copy */
uint64_t
space_copy(const struct space *to, vaddr_t to_va, const struct space *from,
           vaddr_t from_va, uint64_t bytes)
{
    uint64_t done = 0;

    while (done < bytes) {
        char *target = space_byte(to, to_va + done, PTE_W);
        const char *source = space_byte(from, from_va + done, PTE_R);
        /* As long as neither side comes to the end of a page. */
        uint64_t to_end = PAGE_BYTES - (to_va + done) % PAGE_BYTES;
        uint64_t from_end = PAGE_BYTES - (from_va + done) % PAGE_BYTES;
        uint64_t run = to_end < from_end ? to_end : from_end;

        if (!target || !source)
            break;
        if (run > bytes - done)
            run = bytes - done;
        bytes_copy(target, source, run);
        done += run;
    }
    return done;
}

/* The first entry of `table`, of the first `count`, that names a table. */
static inline pte_t *
table_first(pte_t *table, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if ((table[i] & PTE_V) && !(table[i] & PTE_LEAF))
            return &table[i];
    return NULL;
}

/* Lab: boot-free */
bool
space_free_step(struct space *space, struct payer *payer)
{
    pte_t *pte = table_first(space->root, SV39_USER_ENTRIES);

    if (pte) {
        pte_t *inner =
            table_first(phys_to_virt(sv39_address(*pte)), SV39_ENTRIES);
        pte = inner ? inner : pte;
        payer_give_back(payer, sv39_address(*pte), 1);
        *pte = 0;
        return false;
    }
    hart_flush(0, FLUSH_ALL, space->asid);
    asid_free(space->asid);
    payer_give_back(payer, virt_to_phys(space->root), 1);
    return true;
}

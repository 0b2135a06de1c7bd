/* SPDX-License-Identifier: MIT */
/* Address spaces: a root table, an ASID, and the pages below USER_TOP. */
#pragma once

#include "fdt.h"
#include "object.h"
#include "sv39.h"
#include "types.h"

/* `satp` is what goes into the register, but with the top bit clear for a
 * space that shares ASID 0: trap_exit flushes at each switch to such a one. */
struct space {
    uint64_t satp;
    pte_t *root;
    unsigned asid;
};

/* Builds the kernel's own tables, which are the upper half of every space,
 * and switches to them: RAM from the kernel's first byte to `ram_end`, and
 * the registers of `count` devices, whole pages (0 bytes: no such device).
 * Tables are taken from `*free` on, which moves up. */
void space_init(paddr_t ram_end, const struct device_range *devices,
                unsigned count, paddr_t *free);

/* Maps [va, va + bytes) of the kernel to `start` with `bits`, in the largest
 * leaves that fit, under `root`. Tables are taken from `*free` on. */
void kernel_map(pte_t *root, vaddr_t va, paddr_t start, uint64_t bytes,
                uint64_t bits, paddr_t *free);

/* An empty space. The payer, whose quota must be at least SPACE_PAGES, pays
 * for its root. */
enum { SPACE_PAGES = 1 };
void space_create(struct space *space, struct payer *payer);

/* Maps `pages` (1 to 64) pages from `va` to `start` in a row with `bits`
 * (PTE_R, PTE_W, PTE_X). All or nothing: ERR_ADDRESS if not below USER_TOP or
 * page 0 is touched, ERR_EXISTS if one is mapped, ERR_QUOTA if the payer
 * cannot pay for the tables with `spare` frames to spare. */
MUST_CHECK err_t space_map(struct space *space, struct payer *payer, vaddr_t va,
                           paddr_t start, unsigned pages, uint64_t bits,
                           unsigned spare);

/* Unmaps `pages` pages from `va`, all of which are mapped. */
void space_unmap(struct space *space, vaddr_t va, unsigned pages);

/* What maps `va` in the space: an entry, or 0. */
pte_t space_entry(const struct space *space, vaddr_t va);

/* Whether the program of the space could do at `va` what `need` (PTE_R or
 * PTE_W) says, and it is RAM: a device's registers are no memory to copy, for
 * the kernel has no mapping of them, and reading one may do something. */
bool space_allows(const struct space *space, vaddr_t va, uint64_t need);

/* Copies `bytes` bytes from `from_va` of one space to `to_va` of another, and
 * returns how many: fewer if it comes to a page that its program is not
 * allowed, see above. */
uint64_t space_copy(const struct space *to, vaddr_t to_va,
                    const struct space *from, vaddr_t from_va, uint64_t bytes);

/* Frees one table of an ended space, the root last. True when all are gone.
 * No hart may use the space any more. */
bool space_free_step(struct space *space, struct payer *payer);

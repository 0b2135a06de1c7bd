/* SPDX-License-Identifier: MIT */
/* Memory objects and where they are mapped. */
#pragma once

#include "handle.h"
#include "object.h"
#include "types.h"

struct process;

/* A run of physical pages. */
struct memory {
    struct object object;
    paddr_t start;
    uint64_t pages;
    bool is_paid; /* its frames go back to the payer; else they are nobody's */
};

/* One memory_map call: a leaf under the handle that it was made with. The
 * node's owner is the process, its index the number of pages. */
struct mapping {
    vaddr_t va;
    struct memory *memory;
    uint64_t reserved;
    struct node node;
};

_Static_assert(sizeof(struct memory) <= RECORD_SMALL_BYTES, "record size");
_Static_assert(sizeof(struct mapping) == RECORD_SMALL_BYTES, "record size");

/* Mapping records of one process fill at most so many pages: unmap looks at
 * all of them. */
enum { MAPPING_RECORD_PAGES = 16 };

static inline struct memory *
object_memory(struct object *object)
{
    return container_of(object, struct memory, object);
}

/* `pages` (1 to 64) zeroed pages at the payer's cost; ERR_QUOTA. */
MUST_CHECK err_t memory_create(struct payer *payer, unsigned pages,
                               struct memory **out);

/* A memory object over pages that are nobody's: archive, tree, devices; only
 * its record is at the payer's cost. ERR_QUOTA. */
MUST_CHECK err_t memory_create_over(struct payer *payer, paddr_t start,
                                    uint64_t pages, struct memory **out);

/* The object over all physical addresses, from which devices are cut; it
 * cannot be mapped itself, for BOOT_DEVICES is without the rights to. */
void memory_init_devices(void);
extern struct memory memory_devices;

/* [start, start + bytes) is the kernel's own, or RAM: it is in no device. At
 * most MEMORY_RESERVED_MAX calls, at boot. */
enum { MEMORY_RESERVED_MAX = 4 };
void memory_reserve(paddr_t start, uint64_t bytes);

/* Whether pages `first` to `first` + `pages` - 1 of `memory` are a device that
 * a program may have: ERR_ARGUMENT if that is not memory_devices, or has no
 * such pages; ERR_ADDRESS if some of them are reserved. */
MUST_CHECK err_t memory_cut_check(const struct memory *memory, uint64_t first,
                                  uint64_t pages);

/* Maps `pages` pages of the object from its page `first` at `va` of
 * `process`, with `rights` (MEMORY_READ, _WRITE, _EXEC, in a mixture that
 * is not reserved). ERR_ADDRESS, ERR_EXISTS, ERR_QUOTA as space_map; ERR_FULL:
 * too many mappings. */
MUST_CHECK err_t memory_map(struct process *process, struct slot *slot,
                            vaddr_t va, uint64_t first, unsigned pages,
                            rights_t rights);

/* Undoes the memory_map call that mapped just these pages; ERR_ADDRESS if
 * there was none. */
MUST_CHECK err_t memory_unmap(struct process *process, vaddr_t va,
                              unsigned pages);

/* Takes one mapping away, tables and tree. */
void mapping_remove(struct mapping *mapping);

/* The same for the mapping that `node` is part of. */
void mapping_remove_node(struct node *node);

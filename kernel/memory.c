/* SPDX-License-Identifier: MIT */
/* Pages that can be held by a handle, mapped, and shared by copying it.
 *
 * The object owns its frames. A mapping is a leaf of the derivation tree under
 * the handle it was made with, so an object lives while a handle or a mapping
 * does: closing the handle leaves the mapping in place.
 *
 * Y1  The pages of a mapping are mapped in its owner's space to the object's
 *     frames, and no other page of RAM is mapped there.
 * Y2  Frames of an object are freed after the last entry that names them was
 *     cleared and flushed.
 *
 * Called by syscall.c, and by process_end.c for tear-down. */
#include "memory.h"

#include "frame.h"
#include "process.h"

static void
memory_unreferenced(struct object *object)
{
    struct memory *memory = object_memory(object);
    struct payer *payer = record_payer(memory);

    if (memory->is_paid)
        payer_give_back(payer, memory->start, (unsigned)memory->pages);
    record_free(memory);
}

static const struct object_class memory_retired_class = {
    .unreferenced = memory_unreferenced,
    .is_retired = true,
};
static const struct object_class memory_class = {
    .unreferenced = memory_unreferenced,
    .retired = &memory_retired_class,
};

/* The record of an object over `pages` pages from `start`; paid for. */
static struct memory *
memory_record(struct payer *payer, paddr_t start, uint64_t pages, bool is_paid)
{
    struct memory *memory = record_alloc(payer, RECORD_MEMORY);

    object_init(&memory->object, &memory_class);
    memory->start = start;
    memory->pages = pages;
    memory->is_paid = is_paid;
    return memory;
}

err_t
memory_create(struct payer *payer, unsigned pages, struct memory **out)
{
    paddr_t start;

    if (payer->quota < pages + record_cost(payer, RECORD_MEMORY))
        return ERR_QUOTA;
    start = payer_take(payer, pages);
    if (start == FRAME_NONE) /* enough, but not in a row */
        return ERR_QUOTA;

    /* Commit: nothing below may fail. */
    *out = memory_record(payer, start, pages, true);
    return OK;
}

/* Physical addresses have 56 bits [priv 10.4.1]. */
enum { DEVICE_PAGE_BITS = 44 };

struct memory memory_devices;

static struct {
    struct {
        paddr_t start, end;
    } at[MEMORY_RESERVED_MAX];
    unsigned count;
} reserved;

void
memory_init_devices(void)
{
    static const struct object_class devices_class;

    object_init(&memory_devices.object, &devices_class);
    memory_devices.pages = UINT64_C(1) << DEVICE_PAGE_BITS;
}

void
memory_reserve(paddr_t start, uint64_t bytes)
{
    assert(reserved.count < MEMORY_RESERVED_MAX);
    reserved.at[reserved.count].start = start;
    reserved.at[reserved.count].end = start + bytes;
    reserved.count++;
}

static bool
is_reserved(paddr_t start, paddr_t end)
{
    for (unsigned i = 0; i < reserved.count; i++)
        if (start < reserved.at[i].end && reserved.at[i].start < end)
            return true;
    return false;
}

err_t
memory_cut_check(const struct memory *memory, uint64_t first, uint64_t pages)
{
    paddr_t start = first * PAGE_BYTES;

    /* Not of a part: the new handle has all rights, the part's perhaps not. */
    if (memory != &memory_devices || pages < 1 || first >= memory->pages ||
        pages > memory->pages - first)
        return ERR_ARGUMENT;
    return is_reserved(start, start + pages * PAGE_BYTES) ? ERR_ADDRESS : OK;
}

err_t
memory_create_over(struct payer *payer, paddr_t start, uint64_t pages,
                   struct memory **out)
{
    if (payer->quota < record_cost(payer, RECORD_MEMORY))
        return ERR_QUOTA;

    /* Commit: nothing below may fail. */
    *out = memory_record(payer, start, pages, false);
    return OK;
}

static uint64_t
rights_bits(rights_t rights)
{
    return (rights & MEMORY_READ ? PTE_R : 0) |
           (rights & MEMORY_WRITE ? PTE_W : 0) |
           (rights & MEMORY_EXEC ? PTE_X : 0);
}

err_t
memory_map(struct process *process, struct slot *slot, vaddr_t va,
           uint64_t first, unsigned pages, rights_t rights)
{
    struct memory *memory = object_memory(slot->object);
    struct payer *payer = &process->payer;
    struct mapping *mapping;
    err_t error;

    if (record_is_full(payer, RECORD_MAPPING, MAPPING_RECORD_PAGES))
        return ERR_FULL;
    error = space_map(&process->space, payer, va,
                      memory->start + first * PAGE_BYTES, pages,
                      rights_bits(rights), record_cost(payer, RECORD_MAPPING));
    if (error)
        return error;

    /* Commit: nothing below may fail. */
    mapping = record_alloc(payer, RECORD_MAPPING);
    mapping->va = va;
    mapping->memory = memory;
    mapping->node.key = KEY_MAPPING;
    mapping->node.index = (uint16_t)pages;
    node_owner_set(&mapping->node, process);
    list_init(&mapping->node.children);
    list_insert(&slot->node.children, &mapping->node.siblings);
    return OK;
}

void
mapping_remove(struct mapping *mapping)
{
    struct process *process = node_owner(&mapping->node);
    struct memory *memory = mapping->memory;

    space_unmap(&process->space, mapping->va, mapping->node.index);
    node_remove(&mapping->node, &memory->object);
    record_free(mapping);
}

void
mapping_remove_node(struct node *node)
{
    mapping_remove(container_of(node, struct mapping, node));
}

static bool
mapping_begins_at(const void *record, uint64_t va)
{
    return ((const struct mapping *)record)->va == va;
}

err_t
memory_unmap(struct process *process, vaddr_t va, unsigned pages)
{
    struct mapping *mapping =
        record_find(&process->payer, RECORD_MAPPING, mapping_begins_at, va);

    if (!mapping || mapping->node.index != pages)
        return ERR_ADDRESS;
    mapping_remove(mapping);
    return OK;
}

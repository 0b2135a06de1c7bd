/* SPDX-License-Identifier: MIT */
/* Handles: slots in a process's table, and the tree of who derived which. */
#pragma once

#include "list.h"
#include "object.h"
#include "types.h"

struct process;

/* A place in the derivation tree: of a handle, or of a mapping (a leaf).
 *
 * `key` packs the rights (low byte) and a type bit (high byte), so that one
 * test answers "is it such an object, and may this be done to it?". */
struct node {
    struct list siblings; /* in the parent's children or object's handles */
    struct list children;
    uint16_t key;   /* 0: the place is free */
    uint16_t index; /* of the slot; pages of the mapping */
    uint32_t owner; /* record number of the process, see node_owner */
};

enum { KEY_TYPE_SHIFT = 8 };

#define KEY(type, rights) (1u << (KEY_TYPE_SHIFT + (type)) | (unsigned)(rights))

/* The key of a mapping, which no handle has. */
#define KEY_MAPPING KEY(7, 0)

/* The key of a process's fault handle, through which the kernel tells its
 * faults and its end. It is in slot 0 and its name is 0: a program cannot name
 * it, and no call looks for a handle of this type. */
#define KEY_FAULT KEY(6, ENDPOINT_SEND)

static inline rights_t
key_rights(uint16_t key)
{
    return key & RIGHTS_ALL;
}

/* One handle. A free slot has name 0, key 0 and its last generation in
 * `badge`, so that the next handle in it gets another name. */
struct slot {
    handle_t name;
    struct object *object;
    uint64_t badge;
    struct node node;
};

_Static_assert(sizeof(struct slot) == 64, "a table is flat, 64 bytes a slot");

static inline struct slot *
node_slot(struct node *node)
{
    return container_of(node, struct slot, node);
}

static inline bool
slot_is_fault_handle(const struct slot *slot)
{
    return slot->node.key & (KEY_FAULT & ~(unsigned)RIGHTS_ALL);
}

/* A process's table. */
struct handle_table {
    struct slot *slots;
    uint64_t mask;       /* slots - 1 */
    uint16_t fresh;      /* slots from here on were never used */
    uint16_t free_first; /* last slot closed, or 0 */
};

/* The process in whose table the handle is, or in whose space the mapping. */
struct process *node_owner(const struct node *node);
void node_owner_set(struct node *node, const struct process *process);

/* Makes `slots` slots at `memory`, all zero, the table. Slot 0 is kept. */
void handle_table_init(struct handle_table *table, void *memory,
                       uint64_t slots);

/* The slot that `name` names, if its object is of the type and it has all the
 * rights of `need` (KEY); else NULL, and handle_error says why. */
static inline struct slot *handle_get(const struct handle_table *table,
                                      handle_t name, unsigned need);

/* Why handle_get found nothing: ERR_HANDLE, ERR_TYPE or ERR_RIGHTS. */
err_t handle_error(const struct handle_table *table, handle_t name,
                   unsigned need);

/* Pages that a table of so many slots takes. */
static inline unsigned
handle_table_pages(uint64_t slots)
{
    uint64_t bytes = slots * sizeof(struct slot);

    return (unsigned)((bytes + PAGE_BYTES - 1) / PAGE_BYTES);
}

static inline bool
handle_table_is_full(const struct handle_table *table)
{
    return table->free_first == 0 && table->fresh > table->mask;
}

/* Fills a free slot of `owner`'s `table` with a first handle to `object`, a
 * child of the object itself. The table must not be full. */
struct slot *handle_create(struct handle_table *table,
                           const struct process *owner, struct object *object,
                           unsigned key);

/* The same for a copy of `source` with `rights` (its own, or fewer) and
 * `badge`; the copy is a child of its source. */
struct slot *handle_derive(struct slot *source, struct handle_table *table,
                           const struct process *owner, rights_t rights,
                           uint64_t badge);

/* Makes a copy of `source`, of an endpoint, the fault handle of `owner`, whose
 * `table` must have none. */
void handle_derive_fault(struct slot *source, struct handle_table *table,
                         const struct process *owner);

/* The fault handle, or NULL if there is none. */
static inline struct slot *
handle_fault(const struct handle_table *table)
{
    return slot_is_fault_handle(&table->slots[0]) ? &table->slots[0] : NULL;
}

/* Moves the handle in `slot` of `from` to a free slot of `to`, the table of
 * `owner`: same object, rights, badge and place in the tree, another name. */
struct slot *handle_move(struct handle_table *from, struct slot *slot,
                         struct handle_table *to, const struct process *owner);

/* Frees the slot; the children take its place in the tree. The object is told
 * when it was the last. Whatever waits through the handle must have been
 * released. */
void handle_close(struct handle_table *table, struct slot *slot);

/* Closes a handle with all that hangs on it, a step's worth a call: first
 * finishes what waits through it. False while there is more to do; from the
 * first call on nobody can use the handle. */
MUST_CHECK bool handle_delete(struct handle_table *table, struct slot *slot);

/* Closes a step's worth of the handles, and removes mappings, that were derived
 * from the one in `slot`, theirs included; false while there are more. */
MUST_CHECK bool handle_revoke(struct slot *slot);

/* Closes the first handle of a list of siblings, or removes the mapping that
 * comes first; false if there is none. The object may be gone afterwards. */
bool node_revoke_first(struct list *siblings);

/* How node_revoke_first removes a mapping. Set once at boot. */
void node_set_mapping_remover(void (*remover)(struct node *node));

/* Takes a node without children out of the tree of `object`, and tells the
 * object when it was the last. */
void node_remove(struct node *node, struct object *object);

/* Lab: capabilities-get */
static inline struct slot *
handle_get(const struct handle_table *table, handle_t name, unsigned need)
{
    struct slot *slot = &table->slots[name & table->mask];

    if (unlikely(slot->name != name))
        return NULL;
    if (unlikely(need & ~(unsigned)slot->node.key))
        return NULL;
    return slot;
}

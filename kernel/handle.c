/* SPDX-License-Identifier: MIT */
/* Handle tables and the derivation tree.
 *
 * Every object is the root of a tree whose nodes are its handles and, for
 * memory, its mappings. A node knows its siblings and its children and not
 * its parent, so closing is a splice and nothing above is touched:
 *
 *     object                object
 *       |                     |
 *       A---B       close A   C---D---B
 *       |           ------>
 *       C---D
 *
 * H1  slots[i].name is 0 or has index i; a name never comes twice.
 * H2  A slot whose name is 0 has key 0 and is in no tree; but slot 0, if its
 *     key is KEY_FAULT.
 * H3  Rights of a node are a subset of those of the node above it at the time
 *     it was made.
 * H4  An object's `handles` is empty only while it is made or unmade.
 *
 * Pure: of processes it knows only where their records lie. */
#include "handle.h"

#include "frame.h"

/* The mapping's own part of its removal, which is done in a higher room. */
static void (*mapping_remover)(struct node *node);

struct process *
node_owner(const struct node *node)
{
    return phys_to_virt((paddr_t)node->owner * RECORD_LARGE_BYTES);
}

/* The table of a node's owner, which is the first thing in its record. */
static struct handle_table *
node_table(const struct node *node)
{
    return (struct handle_table *)(void *)node_owner(node);
}

void
node_owner_set(struct node *node, const struct process *process)
{
    node->owner = (uint32_t)(virt_to_phys(process) / RECORD_LARGE_BYTES);
}

void
handle_table_init(struct handle_table *table, void *memory, uint64_t slots)
{
    table->slots = memory;
    table->mask = slots - 1;
    table->fresh = 1; /* slot 0 is the fault handle's */
    table->free_first = 0;
}

err_t
handle_error(const struct handle_table *table, handle_t name, unsigned need)
{
    const struct slot *slot = &table->slots[name & table->mask];

    if (name == HANDLE_NONE || slot->name != name)
        return ERR_HANDLE;
    if ((need & ~(unsigned)RIGHTS_ALL) & ~(unsigned)slot->node.key)
        return ERR_TYPE;
    return ERR_RIGHTS;
}

/* Takes a free slot and gives it the next name of its place. */
static struct slot *
slot_take(struct handle_table *table)
{
    struct slot *slot;

    assert(!handle_table_is_full(table));
    if (table->free_first) {
        slot = &table->slots[table->free_first];
        table->free_first = slot->node.index;
    } else {
        slot = &table->slots[table->fresh++];
    }
    slot->node.index = (uint16_t)(slot - table->slots);
    slot->name = HANDLE_NAME(slot->badge + 1, slot->node.index);
    return slot;
}

static struct slot *
slot_fill(struct handle_table *table, const struct process *owner,
          struct object *object, unsigned key, uint64_t badge)
{
    struct slot *slot = slot_take(table);

    slot->object = object;
    slot->badge = badge;
    slot->node.key = (uint16_t)key;
    list_init(&slot->node.children);
    node_owner_set(&slot->node, owner);
    return slot;
}

struct slot *
handle_create(struct handle_table *table, const struct process *owner,
              struct object *object, unsigned key)
{
    struct slot *slot = slot_fill(table, owner, object, key, 0);

    list_insert(&object->handles, &slot->node.siblings);
    return slot;
}

/* Lab: capabilities-derive */
struct slot *
handle_derive(struct slot *source, struct handle_table *table,
              const struct process *owner, rights_t rights, uint64_t badge)
{
    unsigned kept = source->node.key & (rights | ~(unsigned)RIGHTS_ALL);
    struct slot *slot = slot_fill(table, owner, source->object, kept, badge);

    list_insert(&source->node.children, &slot->node.siblings);
    return slot;
}

void
handle_derive_fault(struct slot *source, struct handle_table *table,
                    const struct process *owner)
{
    struct slot *slot = &table->slots[0];

    slot->object = source->object;
    slot->badge = source->badge;
    slot->node.key = KEY_FAULT;
    list_init(&slot->node.children);
    node_owner_set(&slot->node, owner);
    list_insert(&source->node.children, &slot->node.siblings);
}

/* Makes the slot free; the next handle in it gets another name. */
static void
slot_free(struct handle_table *table, struct slot *slot)
{
    uint64_t generation = slot->name >> HANDLE_INDEX_BITS;

    *slot = (struct slot){.badge = generation};
    if (slot == table->slots) /* slot 0 is for nothing else */
        return;
    slot->node.index = table->free_first;
    table->free_first = (uint16_t)(slot - table->slots);
}

/* Lab: capabilities-move */
struct slot *
handle_move(struct handle_table *from, struct slot *slot,
            struct handle_table *to, const struct process *owner)
{
    struct slot *moved =
        slot_fill(to, owner, slot->object, slot->node.key, slot->badge);

    /* Beside the old one first, so that the place is not lost; and the object
     * never without a handle, or it would end. */
    list_insert(&slot->node.siblings, &moved->node.siblings);
    list_splice(&moved->node.children, &slot->node.children);
    list_remove(&slot->node.siblings);
    slot_free(from, slot);
    return moved;
}

/* Lab: capabilities-close */
void
handle_close(struct handle_table *table, struct slot *slot)
{
    struct object *object = slot->object;

    /* The children first, while the slot still marks their new place. */
    list_splice(&slot->node.siblings, &slot->node.children);
    node_remove(&slot->node, object);
    slot_free(table, slot);
}

bool
handle_delete(struct handle_table *table, struct slot *slot)
{
    struct object *object = slot->object;

    assert(object); /* or the slot is free */
    if (object->class->release && !object->class->release(object, slot))
        return false;
    handle_close(table, slot);
    return true;
}

void
node_remove(struct node *node, struct object *object)
{
    list_remove(&node->siblings);
    if (list_is_empty(&object->handles) && object->class->unreferenced)
        object->class->unreferenced(object);
}

void
node_set_mapping_remover(void (*remover)(struct node *node))
{
    mapping_remover = remover;
}

bool
node_revoke_first(struct list *siblings)
{
    struct node *node = list_first(siblings, struct node, siblings);

    if (list_is_empty(siblings))
        return false;
    if (node->key == KEY_MAPPING) {
        mapping_remover(node);
    } else {
        /* Not finished is no matter: the next call finds it again. */
        bool is_gone = handle_delete(node_table(node), node_slot(node));
        (void)is_gone;
    }
    return true;
}

/* Lab: capabilities-revoke */
bool
handle_revoke(struct slot *slot)
{
    for (unsigned i = 0; i < STEP_ITEMS; i++)
        if (!node_revoke_first(&slot->node.children))
            return true;
    return false;
}

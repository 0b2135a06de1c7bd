/* SPDX-License-Identifier: MIT */
#include "handle_model.h"

#include "handle.h"
#include "ram.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

enum {
    TABLES = 3,
    SLOTS = 16,
    OBJECTS = 4,
    MAPPINGS_MAX = 32,
    NODES_MAX = TABLES * SLOTS + MAPPINGS_MAX,
    CHILDREN_MAX = NODES_MAX,
    NAMES_MAX = 20000,
    FAULT_TYPE = 6, /* of KEY_FAULT, which no object has */
};

/* A place in the model's tree: an object, a handle or a mapping. */
struct place {
    bool is_used;
    struct place *parent; /* NULL: an object */
    struct place *children[CHILDREN_MAX];
    unsigned child_count;

    struct node *node;
    struct slot *slot; /* NULL: a mapping */
    handle_t name;     /* HANDLE_NONE: a mapping, or a fault handle */
    unsigned table, type;
    rights_t rights;
    uint64_t badge;
};

struct thing {
    struct object object;
    unsigned type;
    unsigned ends; /* how often it was told that nobody has it */
    struct place root;
};

static struct slot slots[TABLES][SLOTS];
static struct thing things[OBJECTS];
static struct place places[NODES_MAX];
static struct node mappings[MAPPINGS_MAX];

/* Every name that was ever given out, by table. */
static handle_t names[TABLES][NAMES_MAX];
static unsigned name_counts[TABLES];

/* Table i belongs to the process whose record is the i-th of RAM, and is the
 * first thing in it. */
static const struct process *
owner_of(unsigned table)
{
    return phys_to_virt(RAM_START + (paddr_t)table * RECORD_LARGE_BYTES);
}

static struct handle_table *
table_of(unsigned table)
{
    return phys_to_virt(RAM_START + (paddr_t)table * RECORD_LARGE_BYTES);
}

static void
thing_unreferenced(struct object *object)
{
    container_of(object, struct thing, object)->ends++;
}

static unsigned releases_left;

static bool
thing_release(struct object *object, struct slot *slot)
{
    CHECK(slot->object == object && slot->node.key != 0);
    if (releases_left == 0)
        return true;
    releases_left--;
    return false;
}

static const struct object_class thing_class = {
    .unreferenced = thing_unreferenced,
    .release = thing_release,
};

/* -------------------------------------------------------------- the model */

static struct place *
place_add(struct place *parent, struct node *node)
{
    struct place *p = places;

    while (p->is_used)
        p++;
    CHECK(p < places + NODES_MAX);
    *p = (struct place){.is_used = true, .parent = parent, .node = node};
    parent->children[parent->child_count++] = p;
    return p;
}

/* Takes a place away; its children stand where it stood. */
static void
place_remove(struct place *p)
{
    struct place *parent = p->parent;
    unsigned at = 0, count = p->child_count;

    while (parent->children[at] != p)
        at++;
    memmove(&parent->children[at + count], &parent->children[at + 1],
            (parent->child_count - at - 1) * sizeof(struct place *));
    memcpy(&parent->children[at], p->children, count * sizeof(struct place *));
    parent->child_count += count - 1;
    for (unsigned i = 0; i < count; i++)
        p->children[i]->parent = parent;
    p->is_used = false;
}

enum place_kind {
    PLACE_NAMED, /* a handle that a program can name */
    PLACE_HANDLE,
    PLACE_MAPPING,
};

static bool
place_is(const struct place *p, enum place_kind kind)
{
    if (!p->is_used || (p->slot == NULL) != (kind == PLACE_MAPPING))
        return false;
    return kind != PLACE_NAMED || p->name != HANDLE_NONE;
}

/* One of the places of that kind; NULL if there is none. */
static struct place *
place_choose(enum place_kind kind)
{
    unsigned count = 0, skip;
    struct place *p = places;

    for (unsigned i = 0; i < NODES_MAX; i++)
        count += place_is(&places[i], kind);
    if (count == 0)
        return NULL;
    for (skip = handle_model_choose(count); skip > 0 || !place_is(p, kind); p++)
        skip -= place_is(p, kind);
    return p;
}

/* The places below `p`, and among them the handles. */
static unsigned
model_count(const struct place *p, unsigned *handles)
{
    unsigned count = p->child_count;

    for (unsigned i = 0; i < p->child_count; i++) {
        *handles += p->children[i]->slot != NULL;
        count += model_count(p->children[i], handles);
    }
    return count;
}

static struct thing *
thing_of(const struct place *p)
{
    while (p->parent)
        p = p->parent;
    return (struct thing *)(void *)((char *)(uintptr_t)p -
                                    offsetof(struct thing, root));
}

static unsigned
model_used(unsigned table)
{
    unsigned used = 0;

    for (unsigned i = 0; i < NODES_MAX; i++)
        used += place_is(&places[i], PLACE_NAMED) && places[i].table == table;
    return used;
}

/* The fault handle of the table's owner, or NULL. */
static const struct place *
model_fault(unsigned table)
{
    for (unsigned i = 0; i < NODES_MAX; i++)
        if (place_is(&places[i], PLACE_HANDLE) && !places[i].name &&
            places[i].table == table)
            return &places[i];
    return NULL;
}

/* -------------------------------------------------------------- the checks */

/* The list `head` holds exactly the children of `p`, in order. */
static void
check_children(const struct list *head, const struct place *p)
{
    unsigned i = 0;

    for (const struct list *link = head->next; link != head; link = link->next)
        CHECK(i < p->child_count && link == &p->children[i++]->node->siblings);
    CHECK(i == p->child_count);
    for (i = 0; i < p->child_count; i++) {
        const struct place *child = p->children[i];

        check_children(&child->node->children, child);
        CHECK(child->slot || child->child_count == 0);
        /* H3, unless an ancestor with fewer rights has been closed since. */
        if (child->slot && p->parent)
            CHECK((child->rights & ~p->rights) == 0);
    }
}

static void
check_slot(const struct place *p)
{
    const struct slot *slot = p->slot;

    CHECK(slot->name == p->name && slot->badge == p->badge);
    CHECK(slot->object == &thing_of(p)->object);
    CHECK(slot->node.key == KEY(p->type, p->rights));
    CHECK(slot->node.index == slot - slots[p->table]);
    CHECK((p->name & 0xffff) == slot->node.index);
    CHECK(node_owner(&slot->node) == owner_of(p->table));
}

/* Each slot but the first is used, or free, or was never used. */
static void
check_free(unsigned t, unsigned used)
{
    const struct handle_table *table = table_of(t);
    unsigned free = 0;

    for (unsigned i = table->free_first; i; i = slots[t][i].node.index) {
        CHECK(i < table->fresh && slots[t][i].name == HANDLE_NONE);
        CHECK(++free < SLOTS);
    }
    CHECK(free + used + 1 == table->fresh);
}

/* The first slot has no name, whether a fault handle is in it or not. */
static void
check_fault(unsigned t)
{
    const struct place *p = model_fault(t);

    CHECK(slots[t][0].name == HANDLE_NONE);
    CHECK(handle_fault(table_of(t)) == (p ? p->slot : NULL));
    CHECK(!p || (p->slot == slots[t] && p->slot->node.key == KEY_FAULT));
}

static void
check_tables(void)
{
    for (unsigned t = 0; t < TABLES; t++) {
        unsigned used = 0;

        for (unsigned i = 0; i < SLOTS; i++) {
            const struct slot *slot = &slots[t][i];

            used += slot->name != HANDLE_NONE;
            if (slot->name == HANDLE_NONE && !(i == 0 && model_fault(t)))
                CHECK(slot->node.key == 0 && slot->object == NULL); /* H2 */
        }
        CHECK(used == model_used(t));
        CHECK(handle_table_is_full(table_of(t)) == (used == SLOTS - 1));
        check_free(t, used);
        check_fault(t);
    }
}

/* Look-ups by any name of the past, and by names that never were. */
static void
check_name(unsigned t, handle_t name)
{
    const struct place *p = NULL;
    unsigned type = check_below(6);
    rights_t rights = check_below(256) & check_below(256) & check_below(256);
    unsigned need = KEY(type, rights);
    const struct slot *found = handle_get(table_of(t), name, need);

    for (unsigned i = 0; i < NODES_MAX; i++)
        if (place_is(&places[i], PLACE_NAMED) && places[i].table == t &&
            places[i].name == name)
            p = &places[i];
    if (!p) {
        CHECK(!found);
        CHECK(handle_error(table_of(t), name, need) == ERR_HANDLE);
    } else if (p->type != type) {
        CHECK(!found);
        CHECK(handle_error(table_of(t), name, need) == ERR_TYPE);
    } else if (rights & ~p->rights) {
        CHECK(!found);
        CHECK(handle_error(table_of(t), name, need) == ERR_RIGHTS);
    } else {
        CHECK(found == p->slot);
    }
}

static void
check_names(void)
{
    static const handle_t never[] = {0, 1, 0xffff, 1ull << 63, ~0ull};

    for (unsigned t = 0; t < TABLES; t++) {
        for (unsigned i = 0; i < 8 && name_counts[t] > 0; i++)
            check_name(t, names[t][check_below(name_counts[t])]);
        check_name(t, never[check_below(5)]);
        /* A name of another table's slots, or of a generation to come. */
        check_name(t, check_random() & 0xffffffff);
    }
    for (unsigned i = 0; i < NODES_MAX; i++)
        if (place_is(&places[i], PLACE_NAMED))
            check_name(places[i].table, places[i].name);
}

static void
check_all(void)
{
    for (unsigned i = 0; i < OBJECTS; i++) {
        check_children(&things[i].object.handles, &things[i].root);
        CHECK(things[i].ends == 0);
    }
    for (unsigned i = 0; i < NODES_MAX; i++)
        if (place_is(&places[i], PLACE_HANDLE))
            check_slot(&places[i]);
    check_tables();
    check_names();
}

/* ---------------------------------------------------------- the operations */

/* Notes a new name, which must never have been there. */
static void
name_note(unsigned table, handle_t name)
{
    CHECK(name != HANDLE_NONE);
    for (unsigned i = 0; i < name_counts[table]; i++)
        CHECK(names[table][i] != name); /* H1 */
    if (name_counts[table] < NAMES_MAX)
        names[table][name_counts[table]++] = name;
}

/* Notes what a new slot must be. */
static struct place *
slot_note(struct place *parent, struct slot *slot, unsigned table,
          struct place like)
{
    struct place *p = place_add(parent, &slot->node);

    p->slot = slot;
    p->table = table;
    p->name = slot->name;
    p->type = like.type;
    p->rights = like.rights;
    p->badge = like.badge;
    return p;
}

static void
try_create(unsigned table)
{
    struct thing *thing = &things[handle_model_choose(OBJECTS)];
    rights_t rights = handle_model_choose(256);
    struct place like = {.type = thing->type, .rights = rights};
    struct slot *slot = handle_create(table_of(table), owner_of(table),
                                      &thing->object, KEY(thing->type, rights));

    name_note(table, slot_note(&thing->root, slot, table, like)->name);
}

static void
try_derive(unsigned table, struct place *source, uint64_t badge)
{
    rights_t asked =
        handle_model_choose(2) ? RIGHTS_ALL : handle_model_choose(256);
    struct place like = {
        .type = source->type, .rights = source->rights & asked, .badge = badge};
    struct slot *slot = handle_derive(source->slot, table_of(table),
                                      owner_of(table), asked, badge);

    name_note(table, slot_note(source, slot, table, like)->name);
}

/* A fault handle, where there is none, from a handle to send through. */
static void
try_fault(unsigned table, struct place *source)
{
    struct place like = {
        .type = FAULT_TYPE, .rights = ENDPOINT_SEND, .badge = source->badge};

    if (model_fault(table) || source->type != OBJECT_ENDPOINT ||
        !(source->rights & ENDPOINT_SEND))
        return;
    handle_derive_fault(source->slot, table_of(table), owner_of(table));
    slot_note(source, &slots[table][0], table, like);
}

/* Moves a handle, perhaps within its table: only its name is another. */
static void
try_move(unsigned table, struct place *p)
{
    struct thing *thing = thing_of(p);
    struct slot *from = p->slot;
    struct slot *slot =
        handle_move(table_of(p->table), from, table_of(table), owner_of(table));

    CHECK(slot != from && thing->ends == 0);
    p->slot = slot;
    p->node = &slot->node;
    p->table = table;
    p->name = slot->name;
    name_note(table, slot->name);
}

/* A mapping under a handle, as memory.c makes one. */
static void
try_map(struct place *source)
{
    struct node *node = mappings;

    while (node < mappings + MAPPINGS_MAX && node->key)
        node++;
    if (node == mappings + MAPPINGS_MAX)
        return;
    node->key = KEY_MAPPING;
    list_init(&node->children);
    list_insert(&source->slot->node.children, &node->siblings);
    place_add(source, node);
}

/* What must have been told after something went. */
static void
thing_expect(struct thing *thing)
{
    bool is_gone = thing->root.child_count == 0;

    CHECK(thing->ends == (is_gone ? 1 : 0)); /* H4 */
    if (is_gone) {
        thing->ends = 0;
        object_init(&thing->object, &thing_class);
    }
}

static void
try_unmap(struct place *mapping)
{
    struct thing *thing = thing_of(mapping);
    struct node *node = mapping->node;

    place_remove(mapping);
    node_remove(node, &thing->object);
    node->key = 0;
    thing_expect(thing);
}

static void
try_close(struct place *p)
{
    struct thing *thing = thing_of(p);

    place_remove(p);
    handle_close(table_of(p->table), p->slot);
    thing_expect(thing);
}

/* Closes a handle that something waits through: it takes several calls. */
static void
try_delete(struct place *p)
{
    struct thing *thing = thing_of(p);
    struct handle_table *table = table_of(p->table);
    struct slot *slot = p->slot;

    for (releases_left = handle_model_choose(4); releases_left > 0;) {
        CHECK(!handle_delete(table, slot));
        CHECK(slot->name == p->name);
    }
    place_remove(p);
    CHECK(handle_delete(table, slot));
    thing_expect(thing);
}

/* What memory.c does when a mapping is revoked. */
static void
mapping_removed(struct node *node)
{
    struct place *p = places;

    while (!p->is_used || p->node != node)
        p++;
    node_remove(node, &thing_of(p)->object);
    node->key = 0;
}

/* Takes all that is below `p` out of the model. */
static void
model_revoke(struct place *p)
{
    while (p->child_count > 0)
        place_remove(p->children[0]);
}

/* Closes all that was derived from a handle. It takes a call more for every
 * STEP_ITEMS things to do, and one of the handles may take several. */
static void
try_revoke(struct place *p)
{
    unsigned handles = 0, items = model_count(p, &handles), calls = 1;

    releases_left = handles > 0 ? handle_model_choose(4) : 0;
    items += releases_left;
    while (!handle_revoke(p->slot))
        calls++;
    CHECK(calls == items / STEP_ITEMS + 1);
    CHECK(releases_left == 0);
    model_revoke(p);
    thing_expect(thing_of(p));
}

/* Closes all handles to an object, as when its payer ends. */
static void
try_retire(struct thing *thing)
{
    unsigned handles = 0, items = model_count(&thing->root, &handles);

    if (items == 0)
        return;
    releases_left = 0;
    for (; items > 0; items--) {
        CHECK(thing->ends == 0);
        CHECK(node_revoke_first(&thing->object.handles));
    }
    model_revoke(&thing->root);
    thing_expect(thing);
    CHECK(!node_revoke_first(&thing->object.handles));
}

/* An operation that makes a handle in `table`. Nothing can be made in a full
 * one: the kernel panics, and nothing has changed. */
static void
try_make(enum handle_operation operation, unsigned table, struct place *source)
{
    struct handle_table *to = table_of(table);
    const struct process *owner = owner_of(table);
    bool is_full = handle_table_is_full(to);

    if (!source) {
        if (operation == HANDLE_CREATE && !is_full)
            try_create(table);
    } else if (is_full) {
        CHECK_PANICS(handle_create(to, owner, &things[0].object, 0));
        CHECK_PANICS(handle_derive(source->slot, to, owner, RIGHTS_ALL, 0));
        CHECK_PANICS(
            handle_move(table_of(source->table), source->slot, to, owner));
    } else if (operation == HANDLE_MOVE) {
        try_move(table, source);
    } else {
        try_derive(table, source,
                   operation == HANDLE_MINT ? check_random() : source->badge);
    }
}

/* What an operation is done to. A fault handle has no name: programs cannot
 * use it, but it goes as others do. */
static enum place_kind
kind_of(enum handle_operation operation)
{
    if (operation == HANDLE_UNMAP)
        return PLACE_MAPPING;
    if (operation == HANDLE_CLOSE || operation == HANDLE_DELETE)
        return PLACE_HANDLE;
    return PLACE_NAMED;
}

void
handle_model_step(enum handle_operation operation)
{
    struct place *p = operation == HANDLE_CREATE || operation == HANDLE_RETIRE
                          ? NULL
                          : place_choose(kind_of(operation));

    switch (operation) {
    case HANDLE_CREATE:
    case HANDLE_DERIVE:
    case HANDLE_MINT:
    case HANDLE_MOVE:
        try_make(operation, handle_model_choose(TABLES), p);
        break;
    case HANDLE_MAP:
        if (p)
            try_map(p);
        break;
    case HANDLE_UNMAP:
        if (p)
            try_unmap(p);
        break;
    case HANDLE_CLOSE:
        if (p)
            try_close(p);
        break;
    case HANDLE_DELETE:
        if (p)
            try_delete(p);
        break;
    case HANDLE_REVOKE:
        if (p)
            try_revoke(p);
        break;
    case HANDLE_RETIRE:
        try_retire(&things[handle_model_choose(OBJECTS)]);
        break;
    case HANDLE_FAULT:
        if (p)
            try_fault(handle_model_choose(TABLES), p);
        break;
    case HANDLE_OPERATIONS:
        break;
    }
    check_all();
}

void
handle_model_start(void)
{
    check_random_restart();
    node_set_mapping_remover(mapping_removed);
    memset(slots, 0, sizeof(slots));
    memset(places, 0, sizeof(places));
    memset(mappings, 0, sizeof(mappings));
    memset(things, 0, sizeof(things));
    memset(name_counts, 0, sizeof(name_counts));
    for (unsigned t = 0; t < TABLES; t++)
        handle_table_init(table_of(t), slots[t], SLOTS);
    for (unsigned i = 0; i < OBJECTS; i++) {
        object_init(&things[i].object, &thing_class);
        things[i].type = i;
    }
}

void
handle_model_end(void)
{
    for (unsigned i = 0; i < NODES_MAX; i++) {
        if (place_is(&places[i], PLACE_MAPPING))
            try_unmap(&places[i]);
        else if (place_is(&places[i], PLACE_HANDLE))
            try_close(&places[i]);
    }
    check_all();
    for (unsigned i = 0; i < OBJECTS; i++)
        CHECK(list_is_empty(&things[i].object.handles));
}

unsigned
handle_model_names(unsigned table)
{
    return name_counts[table];
}

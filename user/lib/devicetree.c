/* SPDX-License-Identifier: MIT */
/* The tree is stored flat, as the walk that would print it:
 *
 *     BEGIN_NODE "" ; PROPERTY... ; BEGIN_NODE "chosen" ; PROPERTY...
 *     END_NODE ; ... ; END_NODE ; END
 *
 * So each search is one such walk, which remembers its depth: to find a
 * property, how many components of the path the open nodes match, from the
 * root on; to find a device, how the open nodes write addresses. */
#include <lib/devicetree.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    TREE_MAGIC = 0xd00dfeed,
    HEADER_BYTES = 40,
    OFFSET_OF_NODES = 8,  /* in the header: where the nodes start */
    OFFSET_OF_NAMES = 12, /* and the properties' names */

    BEGIN_NODE = 1,
    END_NODE = 2,
    PROPERTY = 3,
    NOTHING = 4,
};

/* What is left to read of the tree; `failed` once it was too short. */
struct cursor {
    const unsigned char *at;
    size_t left;
    bool failed;
};

/* The next `bytes` bytes and the zeros that fill up the word, or NULL. */
static const void *
cursor_take(struct cursor *c, size_t bytes)
{
    const void *taken = c->at;
    size_t rounded = (bytes + 3) & ~(size_t)3;

    if (rounded < bytes || rounded > c->left) {
        c->failed = true;
        return NULL;
    }
    c->at += rounded;
    c->left -= rounded;
    return taken;
}

static uint32_t
cursor_word(struct cursor *c)
{
    const unsigned char *b = cursor_take(c, 4);

    return b ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
                   (uint32_t)b[2] << 8 | b[3]
             : 0;
}

/* The string here, "" if it has no end. */
static const char *
cursor_string(struct cursor *c)
{
    const char *text = (const char *)c->at;

    if (!memchr(text, '\0', c->left)) {
        c->failed = true;
        return "";
    }
    cursor_take(c, strlen(text) + 1);
    return text;
}

/* A cursor at the offset that the header has at `field`. */
static struct cursor
cursor_at(const void *tree, size_t tree_bytes, size_t field)
{
    struct cursor header = {(const unsigned char *)tree + field, 4, false};
    uint32_t offset = cursor_word(&header);

    if (offset > tree_bytes)
        return (struct cursor){tree, 0, true};
    return (struct cursor){(const unsigned char *)tree + offset,
                           tree_bytes - offset, false};
}

/* A walk through the tree. */
struct walk {
    struct cursor nodes;
    struct cursor names;
    unsigned depth; /* open nodes */
};

/* What it has come to. */
struct item {
    enum { ITEM_NODE, ITEM_NODE_END, ITEM_PROPERTY, ITEM_NONE } kind;
    const char *name;  /* of the node or the property */
    const void *value; /* of the property, `bytes` bytes */
    size_t bytes;
};

static struct walk
walk_start(const void *tree, size_t tree_bytes)
{
    struct cursor header = {tree, tree_bytes, false};

    if (tree_bytes < HEADER_BYTES || cursor_word(&header) != TREE_MAGIC)
        return (struct walk){.nodes = {.failed = true}};
    return (struct walk){
        .nodes = cursor_at(tree, tree_bytes, OFFSET_OF_NODES),
        .names = cursor_at(tree, tree_bytes, OFFSET_OF_NAMES),
    };
}

/* The property that begins here. */
static struct item
walk_property(struct walk *w)
{
    struct item item = {.kind = ITEM_PROPERTY, .bytes = cursor_word(&w->nodes)};
    struct cursor own = w->names;
    uint32_t offset = cursor_word(&w->nodes);

    item.value = cursor_take(&w->nodes, item.bytes);
    if (!item.value || offset > own.left)
        return (struct item){.kind = ITEM_NONE};
    own.at += offset;
    own.left -= offset;
    item.name = cursor_string(&own);
    return item;
}

/* The next step; ITEM_NONE is the tree's end, or damage. A node is open from
 * its ITEM_NODE on, and no longer at its ITEM_NODE_END. */
static struct item
walk_next(struct walk *w)
{
    while (!w->nodes.failed) {
        switch (cursor_word(&w->nodes)) {
        case BEGIN_NODE:
            w->depth++;
            return (struct item){.kind = ITEM_NODE,
                                 .name = cursor_string(&w->nodes)};
        case END_NODE:
            if (w->depth == 0)
                return (struct item){.kind = ITEM_NONE};
            w->depth--;
            return (struct item){.kind = ITEM_NODE_END};
        case PROPERTY:
            return walk_property(w);
        case NOTHING:
            break;
        default:
            return (struct item){.kind = ITEM_NONE};
        }
    }
    return (struct item){.kind = ITEM_NONE};
}

/* If node `name` is the first component of `path`: what follows it, which
 * starts with a slash or is empty. Otherwise NULL. */
static const char *
path_step(const char *path, const char *name)
{
    if (path[0] != '/')
        return NULL;

    size_t length = strcspn(path + 1, "/");

    if (strncmp(path + 1, name, length) != 0 ||
        (name[length] != '\0' && name[length] != '@'))
        return NULL;
    return path + 1 + length;
}

const void *
devicetree_property(const void *tree, size_t tree_bytes, const char *path,
                    const char *name, size_t *bytes)
{
    struct walk walk = walk_start(tree, tree_bytes);
    /* The part of the path that no open node matches yet. */
    const char *rest = strcmp(path, "/") == 0 ? "" : path;
    unsigned matched = 0; /* the first of the open nodes, which match */

    for (;;) {
        struct item item = walk_next(&walk);
        const char *next;

        switch (item.kind) {
        case ITEM_NODE:
            next = walk.depth > 1 ? path_step(rest, item.name) : rest;
            if (matched == walk.depth - 1 && next) {
                matched++;
                rest = next;
            }
            break;
        case ITEM_NODE_END:
            /* Only the first node of a name counts, so leaving a node that
             * matched ends the search. */
            if (matched > walk.depth)
                return NULL;
            break;
        case ITEM_PROPERTY:
            if (matched == walk.depth && !*rest &&
                strcmp(item.name, name) == 0) {
                *bytes = item.bytes;
                return item.value;
            }
            break;
        case ITEM_NONE:
            return NULL;
        }
    }
}

/* ----------------------------------------------------------------- devices */

enum {
    DEPTH_MAX = 8,
    ADDRESS_CELLS = 2, /* what a node has that does not say it */
    SIZE_CELLS = 1,
};

/* What is known of an open node. */
struct node {
    uint32_t address_cells, size_cells; /* how its children write `reg` */
    bool is_compatible;
    struct item reg, interrupts;
};

/* Whether `text` is one of the strings in the property. */
static bool
item_lists(const struct item *item, const char *text)
{
    struct cursor c = {item->value, item->bytes, false};

    while (c.left > 0) {
        const char *one = (const char *)c.at;
        size_t length = strnlen(one, c.left);

        if (length == strlen(text) && memcmp(one, text, length) == 0)
            return true;
        c.at += length < c.left ? length + 1 : length;
        c.left -= length < c.left ? length + 1 : length;
    }
    return false;
}

/* The number in the first `cells` words from word `first` on; 0 if it is not
 * there. */
static uint64_t
item_number(const struct item *item, size_t first, size_t cells)
{
    struct cursor c = {item->value, item->bytes, false};
    uint64_t number = 0;

    if (!item->value || item->bytes / 4 < first + cells)
        return 0;
    cursor_take(&c, 4 * first);
    for (size_t i = 0; i < cells; i++)
        number = number << 32 | cursor_word(&c);
    return number;
}

/* Notes what property `item` says about its node. */
static void
node_learn(struct node *node, const struct item *item, const char *compatible)
{
    if (strcmp(item->name, "#address-cells") == 0)
        node->address_cells = (uint32_t)item_number(item, 0, 1) % 4;
    else if (strcmp(item->name, "#size-cells") == 0)
        node->size_cells = (uint32_t)item_number(item, 0, 1) % 4;
    else if (strcmp(item->name, "reg") == 0)
        node->reg = *item;
    else if (strcmp(item->name, "interrupts") == 0)
        node->interrupts = *item;
    else if (strcmp(item->name, "compatible") == 0)
        node->is_compatible = item_lists(item, compatible);
}

bool
devicetree_device(const void *tree, size_t tree_bytes, const char *compatible,
                  unsigned index, struct devicetree_device *device)
{
    struct walk walk = walk_start(tree, tree_bytes);
    struct node nodes[DEPTH_MAX + 1] = {
        [0] = {.address_cells = ADDRESS_CELLS, .size_cells = SIZE_CELLS},
    };

    for (;;) {
        struct item item = walk_next(&walk);

        if (item.kind == ITEM_NONE || walk.depth >= DEPTH_MAX)
            return false;
        if (item.kind == ITEM_NODE) {
            nodes[walk.depth] = nodes[0];
        } else if (item.kind == ITEM_PROPERTY) {
            node_learn(&nodes[walk.depth], &item, compatible);
        } else {
            const struct node *parent = &nodes[walk.depth];
            const struct node *node = parent + 1;

            if (!node->is_compatible || index-- > 0)
                continue;
            *device = (struct devicetree_device){
                .address = item_number(&node->reg, 0, parent->address_cells),
                .bytes = item_number(&node->reg, parent->address_cells,
                                     parent->size_cells),
                .line = (uint32_t)item_number(&node->interrupts, 0, 1),
            };
            return true;
        }
    }
}

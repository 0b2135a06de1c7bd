/* SPDX-License-Identifier: MIT */
/* The tree is stored flat, as the walk that would print it:
 *
 *     BEGIN_NODE "" ; PROPERTY... ; BEGIN_NODE "chosen" ; PROPERTY...
 *     END_NODE ; ... ; END_NODE ; END
 *
 * So the search is one pass that remembers its depth and how many components
 * of the path the open nodes match, from the root on. */
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
    struct cursor header = {tree, tree_bytes, false};

    if (tree_bytes < HEADER_BYTES || cursor_word(&header) != TREE_MAGIC)
        return NULL;

    struct cursor nodes = cursor_at(tree, tree_bytes, OFFSET_OF_NODES);
    const struct cursor names = cursor_at(tree, tree_bytes, OFFSET_OF_NAMES);
    /* The part of the path that no open node matches yet. */
    const char *rest = strcmp(path, "/") == 0 ? "" : path;
    unsigned depth = 0;   /* open nodes */
    unsigned matched = 0; /* the first of them, which match the path */

    while (!nodes.failed) {
        switch (cursor_word(&nodes)) {
        case BEGIN_NODE: {
            const char *node = cursor_string(&nodes);
            const char *next = depth ? path_step(rest, node) : rest;

            if (matched == depth && next) {
                matched++;
                rest = next;
            }
            depth++;
            break;
        }
        case END_NODE:
            /* Only the first node of a name counts, so leaving a node that
             * matched ends the search. */
            if (matched == depth)
                return NULL;
            depth--;
            break;
        case PROPERTY: {
            uint32_t length = cursor_word(&nodes);
            struct cursor own = names;
            uint32_t offset = cursor_word(&nodes);
            const void *value = cursor_take(&nodes, length);

            if (matched != depth || *rest || !value || offset > own.left)
                break;
            own.at += offset;
            own.left -= offset;
            if (strcmp(cursor_string(&own), name) == 0) {
                *bytes = length;
                return value;
            }
            break;
        }
        case NOTHING:
            break;
        default: /* the end, or damage */
            return NULL;
        }
    }
    return NULL;
}

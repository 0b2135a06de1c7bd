/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <string.h>

#define TABLE_MAGIC UINT64_C(0x31656c6261743165)

/* What is written before it is written before what is written after: the
 * server may be killed in between, and its successor reads what is there. */
static void
order_writes(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Ends the clients of clients that are ending; twice does no harm. */
static void
ending_spread(struct table *t)
{
    bool is_spreading = true;

    while (is_spreading) {
        is_spreading = false;
        for (unsigned i = 0; i < TABLE_CLIENTS_MAX; i++) {
            struct client *c = &t->clients[i];
            const struct client *parent =
                c->number ? table_client(t, c->parent) : NULL;

            if (parent && parent->is_ending && !c->is_ending) {
                c->is_ending = true;
                is_spreading = true;
            }
        }
    }
}

struct table *
table_start(void *memory, size_t bytes)
{
    struct table *t = memory;

    if (bytes < sizeof(*t))
        return NULL;
    if (t->magic != TABLE_MAGIC) {
        t->next_client = NAMES_CLIENTS_FIRST;
        order_writes();
        t->magic = TABLE_MAGIC;
    }
    for (unsigned i = 0; i < TABLE_NAMES_MAX; i++)
        if (t->names[i].owner != 0 && t->names[i].owner != TABLE_OWNER_INIT)
            table_remove(t, i);
    ending_spread(t);
    return t;
}

/* ------------------------------------------------------------------- names */

bool
name_is_valid(const char *text)
{
    size_t length = strnlen(text, NAMES_NAME_BYTES);

    return length > 0 && text[0] == '/' &&
           (length == 1 || text[length - 1] != '/');
}

unsigned
table_find(const struct table *t, const char *text)
{
    unsigned i = 0;

    while (i < TABLE_NAMES_MAX &&
           (t->names[i].owner == 0 ||
            strncmp(t->names[i].text, text, NAMES_NAME_BYTES) != 0))
        i++;
    return i;
}

unsigned
table_match(const struct table *t, const char *path, size_t length,
            size_t *bytes)
{
    unsigned best = TABLE_NAMES_MAX;
    size_t best_length = 0;

    for (unsigned i = 0; i < TABLE_NAMES_MAX; i++) {
        const char *text = t->names[i].text;
        size_t n = strnlen(text, NAMES_NAME_BYTES);

        if (t->names[i].owner == 0 || n <= best_length || n > length ||
            memcmp(path, text, n) != 0)
            continue;
        /* It ends where a component of the path does; "/" does anyway. */
        if (n < length && path[n] != '/' && text[n - 1] != '/')
            continue;
        best = i;
        best_length = n;
    }
    while (best_length < length && path[best_length] == '/')
        best_length++;
    *bytes = best_length;
    return best;
}

bool
table_is_directory(const struct table *t, const char *path, size_t length)
{
    for (unsigned i = 0; i < TABLE_NAMES_MAX && length > 0; i++) {
        const char *text = t->names[i].text;
        size_t n = strnlen(text, NAMES_NAME_BYTES);

        if (t->names[i].owner != 0 && n > length &&
            memcmp(path, text, length) == 0 &&
            (text[length] == '/' || (length == 1 && path[0] == '/')))
            return true;
    }
    return false;
}

unsigned
table_add(struct table *t, const char *text, uint64_t owner)
{
    unsigned i = 0;

    while (i < TABLE_NAMES_MAX && t->names[i].owner != 0)
        i++;
    if (i < TABLE_NAMES_MAX) {
        strncpy(t->names[i].text, text, NAMES_NAME_BYTES);
        order_writes();
        t->names[i].owner = owner;
    }
    return i;
}

void
table_remove(struct table *t, unsigned place)
{
    /* First: the next name in this place is none that they know. */
    for (unsigned i = 0; i < TABLE_CLIENTS_MAX; i++)
        t->clients[i].known &= ~(UINT64_C(1) << place);
    order_writes();
    t->names[place].owner = 0;
}

/* ----------------------------------------------------------------- clients */

struct client *
table_client(struct table *t, uint64_t number)
{
    for (unsigned i = 0; i < TABLE_CLIENTS_MAX && number != 0; i++)
        if (t->clients[i].number == number)
            return &t->clients[i];
    return NULL;
}

/* A record for the client `number` of `parent`. NULL: no room. */
static struct client *
client_make(struct table *t, uint64_t number, uint64_t parent)
{
    for (unsigned i = 0; i < TABLE_CLIENTS_MAX; i++) {
        struct client *c = &t->clients[i];

        if (c->number != 0)
            continue;
        *c = (struct client){.parent = parent};
        order_writes();
        c->number = number;
        return c;
    }
    return NULL;
}

struct client *
table_fork(struct table *t, uint64_t parent)
{
    /* A number that was counted and not used is lost, which is no loss. */
    return client_make(t, t->next_client++, parent);
}

struct client *
table_enter(struct table *t, uint64_t number)
{
    struct client *c = table_client(t, number);

    return c || number >= NAMES_CLIENTS_FIRST ? c : client_make(t, number, 0);
}

void
table_end(struct table *t, uint64_t number)
{
    struct client *c = table_client(t, number);

    if (!c)
        return;
    c->is_ending = true;
    ending_spread(t);
}

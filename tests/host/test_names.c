/* SPDX-License-Identifier: MIT */
/* The name server's table, and what the next server makes of it. */
#include "../../user/servers/names/table.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 5000 };

static struct table *
table_make(void)
{
    void *memory = calloc(1, sizeof(struct table));
    struct table *t = table_start(memory, sizeof(struct table));

    CHECK(t == memory);
    return t;
}

static void
text_make(char text[NAMES_NAME_BYTES], const char *from)
{
    memset(text, 0, NAMES_NAME_BYTES);
    strncpy(text, from, NAMES_NAME_BYTES);
}

static unsigned
add(struct table *t, const char *name, uint64_t owner)
{
    char text[NAMES_NAME_BYTES];

    text_make(text, name);
    CHECK(table_find(t, text) == TABLE_NAMES_MAX);
    return table_add(t, text, owner);
}

static unsigned
match(const struct table *t, const char *path, size_t *bytes)
{
    size_t length = strlen(path);
    char *copy = check_copy(path, length);
    unsigned place = table_match(t, copy, length, bytes);

    free(copy);
    return place;
}

static void
test_names(void)
{
    struct table *t = table_make();
    unsigned root = add(t, "/", TABLE_OWNER_INIT);
    unsigned dev = add(t, "/dev", TABLE_OWNER_INIT);
    unsigned console = add(t, "/dev/console", 70);
    unsigned full = add(t, "/a-name-that-fills-all-its-bytes", 70);
    char text[NAMES_NAME_BYTES];
    size_t bytes;

    CHECK(match(t, "/dev/console", &bytes) == console && bytes == 12);
    CHECK(match(t, "/dev/console/x", &bytes) == console && bytes == 13);
    CHECK(match(t, "/dev/consoles", &bytes) == dev && bytes == 5);
    CHECK(match(t, "/dev///x", &bytes) == dev && bytes == 7);
    CHECK(match(t, "/device", &bytes) == root && bytes == 1);
    CHECK(match(t, "/", &bytes) == root && bytes == 1);
    CHECK(match(t, "dev", &bytes) == TABLE_NAMES_MAX);
    CHECK(match(t, "", &bytes) == TABLE_NAMES_MAX);
    CHECK(match(t, "/a-name-that-fills-all-its-bytes/x", &bytes) == full &&
          bytes == 33);

    CHECK(table_is_directory(t, "/", 1));
    CHECK(table_is_directory(t, "/dev", 4));
    CHECK(!table_is_directory(t, "/de", 3) && !table_is_directory(t, "", 0));
    CHECK(!table_is_directory(t, "/dev/console", 12));
    CHECK(!table_is_directory(t, "/a-name-that-fills-all-its-bytes", 32));

    text_make(text, "/dev");
    CHECK(table_find(t, text) == dev);
    table_remove(t, dev);
    CHECK(table_find(t, text) == TABLE_NAMES_MAX);
    CHECK(match(t, "/dev/x", &bytes) == root);

    /* The next server has init's names only. */
    CHECK(table_start(t, sizeof(*t)) == t);
    CHECK(match(t, "/dev/console", &bytes) == root);
    CHECK(table_start(t, sizeof(*t) - 1) == NULL);
    free(t);
}

static void
test_valid(void)
{
    char text[NAMES_NAME_BYTES];

    text_make(text, "/");
    CHECK(name_is_valid(text));
    text_make(text, "/a-name-that-fills-all-its-bytes");
    CHECK(name_is_valid(text));
    text_make(text, "/a/");
    CHECK(!name_is_valid(text));
    text_make(text, "a");
    CHECK(!name_is_valid(text));
    text_make(text, "");
    CHECK(!name_is_valid(text));
}

static void
test_full(void)
{
    struct table *t = table_make();
    char name[16];

    for (unsigned i = 0; i < TABLE_NAMES_MAX; i++) {
        snprintf(name, sizeof(name), "/n%u", i);
        CHECK(add(t, name, TABLE_OWNER_INIT) == i);
    }
    CHECK(add(t, "/more", TABLE_OWNER_INIT) == TABLE_NAMES_MAX);
    for (unsigned i = 0; i < TABLE_CLIENTS_MAX; i++)
        CHECK(table_fork(t, 0));
    CHECK(!table_fork(t, 0));
    CHECK(!table_enter(t, 5));
    free(t);
}

static void
test_clients(void)
{
    struct table *t = table_make();
    uint64_t service, child, grandchild, other;

    CHECK(!table_enter(t, NAMES_CLIENTS_FIRST));
    service = table_enter(t, 7)->number;
    CHECK(service == 7 && table_enter(t, 7)->number == 7);
    child = table_fork(t, service)->number;
    grandchild = table_fork(t, child)->number;
    other = table_fork(t, 0)->number;
    CHECK(child == NAMES_CLIENTS_FIRST && other == child + 2);
    table_end(t, service);
    CHECK(table_client(t, service)->is_ending);
    CHECK(table_client(t, child)->is_ending);
    CHECK(table_client(t, grandchild)->is_ending);
    CHECK(!table_client(t, other)->is_ending);
    CHECK(!table_client(t, 0) && !table_client(t, other + 1));
    table_end(t, 99);
    free(t);
}

/* What the next server makes of it holds W1 to W4. */
static void
check_table(struct table *t, uint64_t numbers_before)
{
    CHECK(table_start(t, sizeof(*t)) == t);
    CHECK(t->next_client >= numbers_before);
    for (unsigned i = 0; i < TABLE_NAMES_MAX; i++)
        if (t->names[i].owner) {
            CHECK(name_is_valid(t->names[i].text));
            CHECK(table_find(t, t->names[i].text) == i);
        }
    for (unsigned i = 0; i < TABLE_CLIENTS_MAX; i++) {
        const struct client *c = &t->clients[i];
        const struct client *parent =
            c->number ? table_client(t, c->parent) : NULL;

        if (!c->number)
            continue;
        CHECK(table_client(t, c->number) == c);
        CHECK(c->number < t->next_client);
        CHECK(!parent || !parent->is_ending || c->is_ending);
        for (unsigned n = 0; n < TABLE_NAMES_MAX; n++)
            CHECK(!(c->known >> n & 1) || t->names[n].owner);
    }
}

/* Some change, as a request makes it. */
static void
change(struct table *t)
{
    static const char *const names[] = {"/", "/a", "/a/b", "/b", "/c"};
    char text[NAMES_NAME_BYTES];
    uint64_t number = NAMES_CLIENTS_FIRST + check_below(20);
    struct client *client = table_client(t, number);
    unsigned place;

    text_make(text, names[check_below(5)]);
    place = table_find(t, text);
    switch (check_below(5)) {
    case 0:
        if (place == TABLE_NAMES_MAX)
            place = table_add(t, text, TABLE_OWNER_INIT);
        break;
    case 1:
        if (place < TABLE_NAMES_MAX)
            table_remove(t, place);
        break;
    case 2:
        (void)table_fork(t, client && !client->is_ending ? number : 0);
        break;
    case 3:
        if (client && place < TABLE_NAMES_MAX)
            client->known |= UINT64_C(1) << place;
        break;
    default:
        table_end(t, number);
    }
}

/* A row of changes; after each the server may be replaced. */
static void
test_random(void)
{
    struct table *t = table_make();

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct table *next = check_copy(t, sizeof(*t));

        check_table(next, t->next_client);
        free(next);
        change(t);
        if (check_below(100) == 0) {
            free(t);
            t = table_make();
        }
    }
    free(t);
}

int
main(void)
{
    test_names();
    test_valid();
    test_full();
    test_clients();
    test_random();
    return 0;
}

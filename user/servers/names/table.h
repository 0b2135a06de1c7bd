/* SPDX-License-Identifier: MIT */
/* What the name server knows: names, and clients and whom they know.
 *
 * All of it is in memory that outlives the server, so it may be killed between
 * any two instructions. What decides is written last, in one word: a name is
 * there when it has an owner, a client when it has a number.
 *
 * W1  No two names are equal. Names of init's services come back with their
 *     endpoints when the server was replaced; those of others go with it.
 * W2  Client numbers from NAMES_CLIENTS_FIRST on grow and are never used
 *     again; a lower one is that of a service, and its next process has it
 *     too: that one is served only when the old client is gone.
 * W3  A client that is ending stays until all servers that it knows have been
 *     told. Its own clients are ending as well.
 * W4  Bit n of a client's `known` says that it may have a handle to the server
 *     of name n; it is set before the handle is given. */
#pragma once

#include <proto/names.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_NAMES_MAX = 64, TABLE_CLIENTS_MAX = 256 };

/* The owner of init's names, which has no number: not 0, so that the owner
 * tells whether a name is there. */
#define TABLE_OWNER_INIT UINT64_MAX

struct name {
    char text[NAMES_NAME_BYTES]; /* zeros behind; not if it fills it */
    uint64_t owner;              /* client, TABLE_OWNER_INIT; 0: free */
};

struct client {
    uint64_t number; /* 0: free */
    uint64_t parent; /* the client that made it; 0: init */
    uint64_t known;  /* W4 */
    uint64_t is_ending;
};

struct table {
    uint64_t magic; /* written when the rest is valid */
    uint64_t next_client;
    struct name names[TABLE_NAMES_MAX];
    struct client clients[TABLE_CLIENTS_MAX];
};

/* The table in the `bytes` bytes at `memory`, made if there is none yet; NULL
 * if it does not fit. Names without an endpoint that nobody will bring again
 * are gone. */
struct table *table_start(void *memory, size_t bytes);

/* Whether `text`, of NAMES_NAME_BYTES bytes, may be a name. */
bool name_is_valid(const char *text);

/* The place of the name `text`; TABLE_NAMES_MAX if it is not there. */
unsigned table_find(const struct table *t, const char *text);

/* The place of the longest name that the path of `length` bytes begins with,
 * and how much of the path it takes, the slashes behind it included;
 * TABLE_NAMES_MAX if there is none. */
unsigned table_match(const struct table *t, const char *path, size_t length,
                     size_t *bytes);

/* Whether a name lies in the directory that the path of `length` bytes is. */
bool table_is_directory(const struct table *t, const char *path, size_t length);

/* Adds a name that is not there. Its place; TABLE_NAMES_MAX: no room. */
unsigned table_add(struct table *t, const char *text, uint64_t owner);

void table_remove(struct table *t, unsigned place);

/* The client with this number, NULL if there is none. */
struct client *table_client(struct table *t, uint64_t number);

/* A new client of `parent`. NULL: no room. */
struct client *table_fork(struct table *t, uint64_t parent);

/* The client `number`, made if it is a service's and not there yet; NULL if
 * it is not there, or there is no room. */
struct client *table_enter(struct table *t, uint64_t number);

/* Marks the client and all that descend from it as ending. */
void table_end(struct table *t, uint64_t number);

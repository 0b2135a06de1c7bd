/* SPDX-License-Identifier: MIT */
/* The requests about clients, and what servers hear of their ends. */
#include "server.h"

#include <proto/file.h>

struct client *
client_of(const struct message *m, err_t *error)
{
    struct client *client = table_enter(table, m->badge);

    if (!client)
        *error = m->badge < NAMES_CLIENTS_FIRST ? ERR_FULL : ERR_ARGUMENT;
    return client;
}

/* A new client of the one that asks: its number and its handle to us. */
err_t
names_fork(struct message *m)
{
    err_t error;
    const struct client *parent = m->badge ? client_of(m, &error) : NULL;
    struct client *client;

    if (m->badge && !parent)
        return error;
    if (parent && parent->is_ending)
        return m->badge < NAMES_CLIENTS_FIRST ? PARK : ERR_ARGUMENT;
    client = table_fork(table, m->badge);
    if (!client)
        return ERR_FULL;
    error = handle_make(service, client->number, &m->words[MESSAGE_WORDS - 1]);
    if (error != OK) {
        client->number = 0;
        return error;
    }
    m->header = MESSAGE_HANDLE;
    m->words[1] = client->number;
    return OK;
}

/* A client has ended: init says so, or the client that made it. */
err_t
names_end(struct message *m)
{
    uint64_t number = m->words[0];
    const struct client *client = table_client(table, number);

    m->header = 0;
    if (!client) /* it is gone already, or there never was one */
        return number < table->next_client ? OK : ERR_ARGUMENT;
    if (m->badge && client->parent != m->badge)
        return ERR_ARGUMENT;
    table_end(table, number);
    has_ending = true;
    for (unsigned i = 0; i < TABLE_NAMES_MAX; i++) {
        const struct client *owner = table_client(table, table->names[i].owner);

        if (owner && owner->is_ending)
            name_drop(i);
    }
    return OK;
}

/* Tells the servers that a client knows that it has ended. False: some of them
 * were busy. */
static bool
client_bury(struct client *client)
{
    struct message gone = {
        .header = FILE_GONE | MESSAGE_NOWAIT,
        .words = {client->number},
    };
    bool is_done = true;

    for (unsigned i = 0; i < TABLE_NAMES_MAX; i++) {
        uint64_t bit = UINT64_C(1) << i;

        if (!(client->known & bit) || endpoints[i] == HANDLE_NONE)
            continue;
        if (sys_endpoint_send(endpoints[i], &gone) == ERR_WOULD_BLOCK)
            is_done = false;
        else /* it knows, or is no more */
            client->known &= ~bit;
    }
    if (client->known == 0) {
        client->number = 0;
        has_changed = true;
    }
    return is_done;
}

bool
clients_bury(void)
{
    bool is_done = true;

    for (unsigned i = 0; i < TABLE_CLIENTS_MAX && has_ending; i++)
        if (table->clients[i].number && table->clients[i].is_ending)
            is_done &= client_bury(&table->clients[i]);
    has_ending = !is_done;
    return is_done;
}

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

/* Which servers have received that a client has ended, and may not have done
 * yet what follows: a bit for each name's. */
static uint64_t told[TABLE_CLIENTS_MAX];

void
clients_restart(unsigned place)
{
    for (unsigned i = 0; i < TABLE_CLIENTS_MAX; i++)
        told[i] &= ~(UINT64_C(1) << place);
}

/* Tells the server of the name at `place` that the client has ended; and then
 * sends it a message more, of no meaning, which it receives when it has done
 * what the first one asks. If it ends before, init registers it anew, and it is
 * told again. False: it is not done yet. */
static bool
server_tell(unsigned place, const struct client *client, uint64_t *told_to)
{
    uint64_t bit = UINT64_C(1) << place;
    struct message gone = {
        .header = FILE_GONE | MESSAGE_NOWAIT,
        .words = {client->number},
    };
    struct message nothing = {.header = MESSAGE_NOWAIT};
    err_t error =
        sys_endpoint_send(endpoints[place], *told_to & bit ? &nothing : &gone);

    if (error == ERR_WOULD_BLOCK)
        return false;
    *told_to ^= bit;
    return error != OK || !(*told_to & bit); /* or is no more */
}

/* Tells the servers that a client knows that it has ended. False: not all of
 * them have heard yet. */
static bool
client_bury(struct client *client)
{
    uint64_t *told_to = &told[client - table->clients];
    bool is_done = true;

    for (unsigned i = 0; i < TABLE_NAMES_MAX; i++) {
        uint64_t bit = UINT64_C(1) << i;

        if (!(client->known & bit) || endpoints[i] == HANDLE_NONE)
            continue;
        if (server_tell(i, client, told_to))
            client->known &= ~bit;
        else
            is_done = false;
    }
    if (client->known == 0) {
        *told_to = 0;
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

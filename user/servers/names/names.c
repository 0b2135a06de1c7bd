/* SPDX-License-Identifier: MIT */
/* The requests about names. */
#include "server.h"

#include <proto/file.h>

#include <string.h>

void
name_drop(unsigned place)
{
    table_remove(table, place);
    handle_drop(&endpoints[place]);
}

/* Whether `endpoint` can be given to clients: it takes badges. */
MUST_CHECK static err_t
endpoint_check(handle_t endpoint)
{
    handle_t probe;
    err_t error = handle_make(endpoint, 1, &probe);

    if (error == OK)
        handle_drop(&probe);
    return error == OK || error == PARK ? error : ERR_ARGUMENT;
}

/* The name in the message, with its endpoint, is that of its sender from now
 * on. Only init may take another's name; its sender is no client. Programs have
 * none: else one of them could stand in for /bin/svc, say. The endpoint is ours
 * if and only if the answer is OK. */
err_t
names_register(struct message *m)
{
    const char *text = (const char *)m->words;
    uint64_t owner = m->badge ? m->badge : TABLE_OWNER_INIT;
    handle_t endpoint = m->words[MESSAGE_WORDS - 1];
    unsigned place = table_find(table, text);
    err_t error;

    if (m->badge >= NAMES_CLIENTS_FIRST)
        return ERR_RIGHTS;
    if (!(m->header & MESSAGE_HANDLE) || !name_is_valid(text))
        return ERR_ARGUMENT;
    error = endpoint_check(endpoint);
    if (error != OK)
        return error;
    if (m->badge && !client_of(m, &error))
        return error;
    if (place < TABLE_NAMES_MAX && table->names[place].owner != owner) {
        if (owner != TABLE_OWNER_INIT)
            return ERR_BUSY;
        name_drop(place);
        place = TABLE_NAMES_MAX;
    }
    if (place == TABLE_NAMES_MAX)
        place = table_add(table, text, owner);
    if (place == TABLE_NAMES_MAX)
        return ERR_FULL;
    handle_drop(&endpoints[place]);
    endpoints[place] = endpoint;
    clients_restart(place);
    has_changed = true;
    has_ending = true; /* some may have waited for this one to be told */
    m->header = 0;     /* the handle stays here */
    return OK;
}

err_t
names_remove(struct message *m)
{
    unsigned place = table_find(table, (const char *)m->words);

    if (place == TABLE_NAMES_MAX)
        return ERR_ARGUMENT;
    if (m->badge && table->names[place].owner != m->badge)
        return ERR_BUSY;
    name_drop(place);
    m->header = 0;
    return OK;
}

/* The path of the request being handled. */
static char path[FILE_PATH_MAX];

/* Reads the path that is lent. ERR_TOKEN: its sender is gone. */
static err_t
path_read(const struct message *m, size_t *length)
{
    uint64_t done;

    if (!(m->header & MESSAGE_LEASE_READ) || m->lent == 0 ||
        m->lent > FILE_PATH_MAX)
        return ERR_ARGUMENT;
    *length = m->lent;
    return sys_lease_read(m->token, 0, path, m->lent, &done);
}

/* Gives the client that asked a handle to the server at `place`, of whose name
 * `bytes` bytes of the path are: makes `m` the answer. */
static err_t
server_give(struct message *m, unsigned place, size_t bytes)
{
    handle_t handle;
    err_t error;
    struct client *client = client_of(m, &error);

    if (!client)
        return error;
    /* W2: what the service before has left is not cleared yet; and a server
     * that is being started again has not been registered anew. */
    if (client->is_ending || endpoints[place] == HANDLE_NONE)
        return PARK;
    error = handle_make(endpoints[place], m->badge, &handle);
    if (error != OK)
        return error;
    client->known |= UINT64_C(1) << place;
    m->header = MESSAGE_HANDLE;
    m->words[1] = bytes;
    m->words[MESSAGE_WORDS - 1] = handle;
    return OK;
}

/* Gives the client that asked a handle to us, for the directory that all of
 * the path is. */
static err_t
directory_give(struct message *m, size_t bytes)
{
    err_t error;

    if (!client_of(m, &error))
        return error;
    error = handle_make(service, DIRECTORY_BADGE, &m->words[MESSAGE_WORDS - 1]);
    if (error != OK)
        return error;
    m->header = MESSAGE_HANDLE;
    m->words[1] = bytes;
    return OK;
}

/* Which server has the path that is lent: the one with the longest name. It is
 * ours if it is longer still, but begins names only. */
err_t
names_lookup(struct message *m)
{
    size_t length, bytes;
    err_t error = path_read(m, &length);
    unsigned place;

    if (error != OK)
        return error;
    place = table_match(table, path, length, &bytes);
    if ((place == TABLE_NAMES_MAX || bytes < length) &&
        table_is_directory(table, path, length))
        return directory_give(m, length);
    return place == TABLE_NAMES_MAX ? ERR_ARGUMENT
                                    : server_give(m, place, bytes);
}

/* The server whose name is exactly the path that is lent, as soon as there is
 * one. */
err_t
names_wait(struct message *m)
{
    size_t length;
    err_t error = path_read(m, &length);
    unsigned place;

    if (error != OK)
        return error;
    if (length > NAMES_NAME_BYTES)
        return ERR_ARGUMENT;
    memset(path + length, 0, sizeof(path) - length);
    if (!name_is_valid(path))
        return ERR_ARGUMENT;
    place = table_find(table, path);
    return place == TABLE_NAMES_MAX ? PARK : server_give(m, place, length);
}

/* The name at a position, or the next one behind it. */
err_t
names_list(struct message *m)
{
    uint64_t place = m->words[0];
    const struct name *name;
    size_t bytes;
    uint64_t done;
    err_t error;

    while (place < TABLE_NAMES_MAX && table->names[place].owner == 0)
        place++;
    if (place >= TABLE_NAMES_MAX)
        return ERR_ARGUMENT;
    name = &table->names[place];
    bytes = strnlen(name->text, NAMES_NAME_BYTES);
    error = sys_lease_write(m->token, 0, name->text, bytes, &done);
    m->header = 0;
    m->words[1] = place + 1;
    m->words[2] = name->owner == TABLE_OWNER_INIT ? 0 : name->owner;
    m->words[3] = bytes;
    return error;
}

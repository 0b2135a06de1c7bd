/* SPDX-License-Identifier: MIT */
/* The names protocol: which server has a path, and who asks.
 *
 *     label            words, moved, lent           answer
 *     NAMES_REGISTER   path in words 0-3,           -
 *                      moved: endpoint
 *     NAMES_REMOVE     path in words 0-3            -
 *     NAMES_LOOKUP     lent: path                   bytes, moved: endpoint
 *     NAMES_WAIT       lent: path                   the same
 *     NAMES_FORK       -                            client, moved: names
 *     NAMES_END        client                       -
 *     NAMES_LIST       position;                    next position, owner,
 *                      lent for writing: name       bytes
 *
 * A name is a path like /dev/console, and stands for all paths that begin
 * with it at a slash: what is behind it means something to the server only.
 * The longest name wins, so "/" may be one too. A path that is no name but that
 * names begin with at a slash, like /dev, is a directory of the name server's
 * own, in the file protocol (proto/file.h), whatever else has its name. It
 * lists nothing: what is in it NAMES_LIST tells.
 *
 * Each client has a number, which is the badge of its handle to the name
 * server and of all endpoints that it looks up: a server knows it by that.
 * Whoever starts a program makes a client for it (NAMES_FORK) and says when
 * it has ended (NAMES_END); its own clients end with it. The name server then
 * tells the servers that the client had looked up (FILE_GONE). Numbers are
 * not used again. Clients below NAMES_CLIENTS_FIRST are init's services.
 *
 * A name belongs to the service that registered it and goes with it; init,
 * which has the handle without a badge, may replace any, and registers those of
 * a service anew before it starts it again. The endpoint has the rights SEND,
 * DERIVE and MOVE, and no badge.
 *
 * Answers have the label NAMES_DONE and in word 0 an error of abi/error.h:
 * ERR_ARGUMENT: there is no such name, or path, or client of yours;
 * ERR_RIGHTS: only services have names; ERR_BUSY: the name is another's;
 * ERR_FULL: no room. Asking twice does not hurt, so a client just asks again
 * when the name server was replaced. */
#pragma once

#include <lib/call.h>

#include <string.h>

enum names_label {
    NAMES_REGISTER = 1,
    NAMES_REMOVE = 2,
    NAMES_LOOKUP = 3,
    NAMES_WAIT = 4,
    NAMES_FORK = 5,
    NAMES_END = 6,
    NAMES_LIST = 7,
    NAMES_DONE = 8,
};

enum {
    NAMES_NAME_BYTES = 32, /* of a name, in four words, zeros behind */
    NAMES_CLIENTS_FIRST = 64,
};

/* The message that registers `name`, at most 32 bytes, for `endpoint`. */
static inline struct message
names_registration(const char *name, handle_t endpoint)
{
    struct message m = {.header = NAMES_REGISTER | MESSAGE_HANDLE};

    strncpy((char *)m.words, name, NAMES_NAME_BYTES);
    m.words[MESSAGE_WORDS - 1] = endpoint;
    return m;
}

/* Registers `name` for `endpoint`, which is given away on success. */
MUST_CHECK static inline err_t
name_register(handle_t names, const char *name, handle_t endpoint)
{
    struct message m = names_registration(name, endpoint);
    err_t error = call_retry(names, &m, 0, NULL, 0);

    return error != OK ? error : (err_t)m.words[0];
}

/* Takes `name` back. */
MUST_CHECK static inline err_t
name_remove(handle_t names, const char *name)
{
    struct message m = {.header = NAMES_REMOVE};
    err_t error;

    strncpy((char *)m.words, name, NAMES_NAME_BYTES);
    error = call_retry(names, &m, 0, NULL, 0);
    return error != OK ? error : (err_t)m.words[0];
}

MUST_CHECK static inline err_t
name_ask(handle_t names, enum names_label label, const char *path,
         size_t *bytes, handle_t *endpoint)
{
    struct message m = {.header = label};
    err_t error =
        call_retry(names, &m, MESSAGE_LEASE_READ, (void *)path, strlen(path));

    if (error == OK)
        error = (err_t)m.words[0];
    if (error == OK && !(m.header & MESSAGE_HANDLE))
        error = ERR_ARGUMENT;
    if (error == OK) {
        *bytes = m.words[1];
        *endpoint = m.words[MESSAGE_WORDS - 1];
    }
    return error;
}

/* Which server has `path`, an absolute one: a new handle to it, and how many
 * bytes of the path its name takes, the slash behind it included. */
MUST_CHECK static inline err_t
name_lookup(handle_t names, const char *path, size_t *bytes, handle_t *endpoint)
{
    return name_ask(names, NAMES_LOOKUP, path, bytes, endpoint);
}

/* The same, but waits until exactly `path` is a name. */
MUST_CHECK static inline err_t
name_wait(handle_t names, const char *path, handle_t *endpoint)
{
    size_t bytes;

    return name_ask(names, NAMES_WAIT, path, &bytes, endpoint);
}

/* A client for a program that is about to be started: its number, and the
 * handle to the name server to give it. */
MUST_CHECK static inline err_t
name_fork(handle_t names, uint64_t *client, handle_t *handle)
{
    struct message m = {.header = NAMES_FORK};
    err_t error = call_retry(names, &m, 0, NULL, 0);

    if (error == OK)
        error = (err_t)m.words[0];
    if (error == OK && !(m.header & MESSAGE_HANDLE))
        error = ERR_ARGUMENT;
    if (error == OK) {
        *client = m.words[1];
        *handle = m.words[MESSAGE_WORDS - 1];
    }
    return error;
}

/* The client has ended. */
MUST_CHECK static inline err_t
name_end(handle_t names, uint64_t client)
{
    struct message m = {.header = NAMES_END, .words = {client}};
    err_t error = call_retry(names, &m, 0, NULL, 0);

    return error != OK ? error : (err_t)m.words[0];
}

/* The name at `*position`, at first 0, whose number is then the next one's,
 * and the client that it belongs to. ERR_ARGUMENT: there are no more. */
MUST_CHECK static inline err_t
name_list(handle_t names, uint64_t *position, char name[NAMES_NAME_BYTES + 1],
          uint64_t *owner)
{
    struct message m = {.header = NAMES_LIST, .words = {*position}};
    err_t error =
        call_retry(names, &m, MESSAGE_LEASE_WRITE, name, NAMES_NAME_BYTES);

    if (error == OK)
        error = (err_t)m.words[0];
    if (error == OK) {
        *position = m.words[1];
        *owner = m.words[2];
        name[m.words[3] <= NAMES_NAME_BYTES ? m.words[3] : 0] = '\0';
    }
    return error;
}

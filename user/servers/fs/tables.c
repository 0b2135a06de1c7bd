/* SPDX-License-Identifier: MIT */
/* The number of an open file is opened * STORE_OPENS + its place in the table,
 * so that no two are alike and none is 0. */
#include "tables.h"

#include "undo.h"
#include "words.h"

#include <proto/file.h>

#include <errno.h>

static struct store *tables;

void
tables_start(struct store *store)
{
    tables = store;
}

int
session_get(uint64_t client, struct session **session)
{
    struct session *empty = NULL;
    int error;

    for (size_t i = 0; i < STORE_SESSIONS; i++) {
        *session = &tables->sessions[i];
        if ((*session)->client == client)
            return 0;
        if (!empty && (*session)->client == 0)
            empty = *session;
    }
    if (!empty)
        return ENFILE;
    error = undo_save(empty, sizeof(*empty));
    if (error == 0) {
        *empty = (struct session){.client = client};
        *session = empty;
    }
    return error;
}

int
session_remove(uint64_t client)
{
    for (size_t i = 0; i < STORE_SESSIONS; i++) {
        struct session *session = &tables->sessions[i];

        if (session->client == client) {
            int error = undo_save(session, sizeof(*session));

            if (error != 0)
                return error;
            *session = (struct session){0};
        }
    }
    return 0;
}

struct open *
open_find(uint64_t client, uint64_t number)
{
    struct open *open = &tables->opens[number % STORE_OPENS];
    bool is_it =
        number != 0 && open->number == number && open->client == client;

    return is_it ? open : NULL;
}

int
open_add(uint64_t client, uint32_t inode, uint64_t flags, struct open **added)
{
    uint64_t opened = tables->opened + 1;
    struct open *open;
    int error;

    /* Begins behind the last one, so that what was closed stays for long. */
    for (size_t i = 0; i < STORE_OPENS; i++) {
        size_t at = (opened + i) % STORE_OPENS;

        open = &tables->opens[at];
        if (open->inode != 0)
            continue;
        error = undo_save(open, sizeof(*open));
        if (error == 0)
            error = undo_save(&tables->opened, sizeof(tables->opened));
        if (error == 0) {
            tables->opened = opened;
            *open = (struct open){
                .number = opened * STORE_OPENS + at,
                .client = client,
                .inode = inode,
                .flags = flags,
            };
            *added = open;
        }
        return error;
    }
    return ENFILE;
}

int
open_remove(struct open *open)
{
    int error = undo_save(open, sizeof(*open));

    if (error == 0)
        open->inode = 0;
    return error;
}

bool
inode_is_open(uint32_t inode)
{
    for (size_t i = 0; i < STORE_OPENS; i++)
        if (tables->opens[i].inode == inode)
            return true;
    return false;
}

struct open *
open_of(uint64_t client)
{
    for (size_t i = 0; i < STORE_OPENS; i++) {
        struct open *open = &tables->opens[i];

        if (open->inode != 0 && (client == 0 || open->client == client))
            return open;
    }
    return NULL;
}

bool
answer_repeat(const struct answer *answer, struct message *m)
{
    if (answer->sequence == 0 || answer->label != message_label(m) ||
        answer->sequence != m->words[FILE_SEQUENCE])
        return false;
    m->words[0] = 0;
    words_copy(&m->words[1], answer->words, sizeof(answer->words));
    return true;
}

int
answer_keep(struct answer *answer, uint64_t label, uint64_t sequence,
            const struct message *m)
{
    int error = undo_save(answer, sizeof(*answer));

    if (error == 0) {
        answer->sequence = sequence;
        answer->label = label;
        words_copy(answer->words, &m->words[1], sizeof(answer->words));
    }
    return error;
}

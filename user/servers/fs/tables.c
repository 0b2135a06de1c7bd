/* SPDX-License-Identifier: MIT */
/* The number of an open file is opened * STORE_OPENS + its place in the table,
 * so that no two are alike and none is 0.
 *
 * Nobody fills the tables for all others. Who has a client's handle may use it
 * when the client has ended, and been told of, already (FILE_GONE): nobody
 * will speak of it again, so a session without open files lasts only until
 * another needs its place. It is the one used longest ago: its last answer is
 * lost, for which its client may still ask, but if so has not done since all
 * other sessions were used. */
#include "tables.h"

#include "undo.h"
#include "words.h"

#include <proto/file.h>

#include <errno.h>

static struct store *tables;
static uint64_t used_last; /* the largest of all sessions */

void
tables_start(struct store *store)
{
    tables = store;
    used_last = 0;
    for (size_t i = 0; i < STORE_SESSIONS; i++)
        if (store->sessions[i].used > used_last)
            used_last = store->sessions[i].used;
}

static struct session *
session_find(uint64_t client)
{
    for (size_t i = 0; i < STORE_SESSIONS; i++)
        if (tables->sessions[i].client == client)
            return &tables->sessions[i];
    return NULL;
}

/* Of those whose clients have nothing open the one used longest ago; NULL if
 * there is none. */
static struct session *
session_oldest(void)
{
    struct session *oldest = NULL;

    for (size_t i = 0; i < STORE_SESSIONS; i++) {
        struct session *session = &tables->sessions[i];

        if ((!oldest || session->used < oldest->used) &&
            !open_of(session->client))
            oldest = session;
    }
    return oldest;
}

int
session_get(uint64_t client, struct session **session)
{
    int error = 0;

    *session = session_find(client);
    if (!*session) {
        *session = session_find(0);
        if (!*session)
            *session = session_oldest();
        if (!*session)
            return ENFILE;
        error = undo_save(*session, sizeof(**session));
        if (error == 0)
            **session = (struct session){.client = client};
    }
    if (error == 0)
        store_word(&(*session)->used, ++used_last);
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

/* How many files the client has open. */
static unsigned
opens_count(uint64_t client)
{
    unsigned count = 0;

    for (size_t i = 0; i < STORE_OPENS; i++)
        count +=
            tables->opens[i].client == client && tables->opens[i].inode != 0;
    return count;
}

int
open_add(uint64_t client, uint32_t inode, uint64_t flags, struct open **added)
{
    uint64_t opened = tables->opened + 1;
    struct open *open;
    int error;

    if (opens_count(client) >= STORE_OPENS_EACH)
        return EMFILE;

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

/* SPDX-License-Identifier: MIT */
/* A number is never used again: its upper bits count what was ever opened. So
 * a request that is made again after its file was closed finds no other. */
#include "files.h"

#include "console.h"

#include <proto/file.h>

enum { PLACE_BITS = 8 };

_Static_assert(FILES_MAX <= 1 << PLACE_BITS, "a place has so many bits");

struct open_file *
files_find(const struct message *m)
{
    uint64_t number = m->words[FILE_NUMBER];
    uint64_t place = number % (1 << PLACE_BITS);

    if (number == 0 || place >= FILES_MAX ||
        kept->files[place].number != number ||
        kept->files[place].client != m->badge)
        return NULL;
    return &kept->files[place];
}

/* The file that this very request has opened before, when our predecessor
 * served it; or a free place; or NULL. */
static struct open_file *
place_find(const struct message *m)
{
    struct open_file *free = NULL;

    for (unsigned i = FILES_MAX; i-- > 0;) {
        struct open_file *file = &kept->files[i];

        if (file->number == 0)
            free = file;
        else if (file->client == m->badge && file->sequence == 0 &&
                 file->opening == m->words[FILE_SEQUENCE])
            return file;
    }
    return free;
}

static void
opening_answer(struct message *m, uint64_t number)
{
    console_answer(m, 0, number, CONSOLE_MODE);
    m->words[3] = 0; /* size, time */
    m->words[4] = 0;
}

/* The console is one file: its path is "". */
void
files_open(struct message *m)
{
    uint64_t flags = m->words[0], number;
    struct open_file *file = place_find(m);
    struct control *next;

    if (m->lent != 0 || (flags & FILE_DIRECTORY)) {
        console_answer(m, m->lent != 0 ? ENOENT : ENOTDIR, 0, 0);
        return;
    }
    if ((flags & FILE_CREATE) && (flags & FILE_EXCLUSIVE)) {
        console_answer(m, EEXIST, 0, 0);
        return;
    }
    if (!file) {
        console_answer(m, ENFILE, 0, 0);
        return;
    }
    if (file->number != 0) {
        opening_answer(m, file->number);
        return;
    }
    next = state_begin();
    number = ++next->opened << PLACE_BITS | (uint64_t)(file - kept->files);
    next->place = (uint32_t)(file - kept->files) + 1;
    next->update = (struct open_file){
        .client = m->badge,
        .number = number,
        .flags = flags,
        .opening = m->words[FILE_SEQUENCE],
    };
    state_commit();
    opening_answer(m, number);
}

static void
place_free(const struct open_file *file)
{
    struct control *next = state_begin();

    next->place = (uint32_t)(file - kept->files) + 1;
    next->update = (struct open_file){0};
    state_commit();
}

void
files_close(struct open_file *file, struct message *m)
{
    place_free(file);
    console_answer(m, 0, 0, 0);
}

void
files_gone(uint64_t client)
{
    for (unsigned i = 0; i < FILES_MAX; i++)
        if (kept->files[i].number != 0 && kept->files[i].client == client)
            place_free(&kept->files[i]);
}

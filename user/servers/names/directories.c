/* SPDX-License-Identifier: MIT */
/* Directories that are there because names are in them, as /dev is for
 * /dev/console: who opens one talks to us in the file protocol, through a
 * handle with a badge of its own. There is nothing to remember about it, so
 * that a successor goes on. What is in it NAMES_LIST tells, and the library
 * asks that for every directory, for one on a disk may have names in it too
 * (lib/directory.c). */
#include "server.h"

#include <proto/file.h>

enum { SERIAL = 1 /* there is one file for each name */ };

/* What an answer begins with. */
static int
directory_error(const struct message *m)
{
    switch ((enum file_label)message_label(m)) {
    case FILE_OPEN:
        if (m->lent > 0)
            return ENOENT; /* what is in it has a server, which knows it */
        if (m->words[0] & FILE_EXCLUSIVE)
            return EEXIST;
        return (m->words[0] & (FILE_TO_WRITE | FILE_EMPTY)) ? EISDIR : 0;
    case FILE_CLOSE:
    case FILE_STAT:
    case FILE_LIST:
    case FILE_SYNC:
        return 0;
    case FILE_READ:
    case FILE_WRITE:
    case FILE_TRUNCATE:
        return EISDIR;
    case PATH_MAKE:
        return EEXIST;
    case PATH_REMOVE:
    case PATH_RENAME:
        return EBUSY;
    case PATH_SPACE:
    case FILE_GONE:
    case FILE_DONE:
        break;
    }
    return EINVAL;
}

void
directory_answer(struct message *m)
{
    const uint64_t mode = S_IFDIR | 0555, links = 2;
    enum file_label label = (enum file_label)message_label(m);
    struct message answer = {
        .header = FILE_DONE,
        .words = {(uint64_t)directory_error(m)},
        .token = m->token,
    };

    if (label == FILE_OPEN)
        answer.words[2] = mode | links << 32;
    if (label == FILE_STAT) {
        answer.words[1] = mode | links << 32;
        answer.words[4] = SERIAL;
    }
    *m = answer;
}

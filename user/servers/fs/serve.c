/* SPDX-License-Identifier: MIT */
/* Each request is one transaction: its changes and its answer, which the
 * client may ask for again, become valid in one instant.
 *
 * F21  A request that fails has changed nothing.
 * F22  What a request changed is in the store together with its answer.
 * F23  No request begins while a transaction is under way. */
#include "serve.h"

#include "alloc.h"
#include "file.h"
#include "mark.h"
#include "slots.h"
#include "tables.h"
#include "tree.h"
#include "undo.h"

#include <lib/syscall.h>
#include <proto/file.h>

#include <string.h>

/* The path, or both paths, of the request. */
static char path[FILE_PATH_MAX];

static int
path_take(const struct message *m)
{
    uint64_t done;
    err_t error;

    if (m->lent == 0)
        return 0;
    if (m->lent > FILE_PATH_MAX)
        return ENAMETOOLONG;
    error = sys_lease_read(m->token, 0, path, m->lent, &done);
    if (error != OK || done != m->lent)
        return EFAULT;
    return memchr(path, '\0', done) ? EINVAL : 0;
}

static uint64_t
mode_and_links(const struct inode *inode)
{
    return (uint64_t)inode->disk.links << 32 | inode->disk.mode;
}

/* ----------------------------------------------------- about one open file */

static int
status_tell(struct message *m, const struct open *open)
{
    struct inode inode;
    int error = inode_read(open->inode, &inode);

    if (error == 0) {
        m->words[1] = mode_and_links(&inode);
        m->words[2] = inode_size(&inode);
        m->words[3] = inode.disk.content_time;
        m->words[4] = inode.number;
    }
    return error;
}

/* Brings everything to the disk, and then the word that everything is there:
 * but a volume that was damaged at first may still be. */
static int
all_write(void)
{
    int error = cache_flush();

    if (error == 0 && !volume.is_read_only && volume.was_clean)
        error = mark_set();
    return error;
}

/* Does what changes nothing: it may be done twice, and nothing is kept. */
static int
file_ask(struct message *m, uint64_t label, const struct open *open)
{
    uint64_t at = m->words[FILE_OFFSET], done = 0;
    int error;

    switch (label) {
    case FILE_STAT:
        return status_tell(m, open);
    case FILE_SYNC:
        return all_write();
    case FILE_LIST:
        error = file_names(open, &at, m->token, m->lent, &done);
        break;
    default:
        error = file_read_at(open, at, m->token, m->lent, &done);
        break;
    }
    m->words[1] = done;
    m->words[2] = at;
    return error;
}

/* Writes what the client lends, or as much of it as it has and there is room
 * for: the next request will be told. What was written in place cannot be taken
 * back (cache.h), so what failed is not an error as long as any of it can be
 * done: it is done again as if the client had asked for no more. */
static int
content_write(struct message *m, const struct open *open)
{
    uint64_t offset = m->words[FILE_OFFSET], done = 0, behind = 0;
    int error = file_write_at(open, offset, m->token, m->lent, &done, &behind);

    while (error != 0 && done > 0) {
        undo_back();
        error = file_write_at(open, offset, m->token, done, &done, &behind);
    }
    m->words[1] = done;
    m->words[2] = behind;
    return error;
}

static int
file_change(struct message *m, uint64_t label, struct open *open)
{
    if (label == FILE_CLOSE)
        return file_end(open);
    if (volume.is_read_only)
        return EROFS;
    if (label == FILE_TRUNCATE)
        return file_cut(open, m->words[FILE_OFFSET]);
    return content_write(m, open);
}

/* Serves a request about an open file. `*answer` is where its answer is to be
 * kept, NULL if it is not. */
static int
file_request(struct message *m, uint64_t label, struct answer **answer)
{
    struct open *open = open_find(m->badge, m->words[FILE_NUMBER]);

    if (open && answer_repeat(&open->answer, m))
        return 0;
    if (!open || open->inode == 0)
        return EBADF;
    switch (label) {
    case FILE_CLOSE:
    case FILE_WRITE:
    case FILE_TRUNCATE:
        *answer = &open->answer;
        return file_change(m, label, open);
    default:
        return file_ask(m, label, open);
    }
}

/* -------------------------------------------------------- about no open file
 */

static int
open_request(struct message *m)
{
    struct inode inode;
    struct open *open;
    int error = file_open(m->badge, m->words[0], path, m->lent, &open, &inode);

    if (error == 0) {
        m->words[1] = open->number;
        m->words[2] = mode_and_links(&inode);
        m->words[3] = inode_size(&inode);
        m->words[4] = inode.disk.content_time;
    }
    return error;
}

static int
rename_request(const struct message *m)
{
    uint64_t length = m->words[0];

    if (length > m->lent)
        return EINVAL;
    return tree_rename(path, length, path + length, m->lent - length);
}

static int
space_tell(struct message *m)
{
    struct ext2_super *super;
    int error = super_read(&super);

    if (error == 0) {
        m->words[1] = volume.block_bytes;
        m->words[2] = super->blocks;
        m->words[3] = super->free_blocks;
        m->words[4] = super->free_inodes;
    }
    return error;
}

static int
path_request(struct message *m, uint64_t label, struct answer **answer)
{
    struct session *session;
    int error;

    if (label == PATH_SPACE)
        return space_tell(m);
    error = session_get(m->badge, &session);
    if (error != 0 || answer_repeat(&session->answer, m))
        return error;
    *answer = &session->answer;
    error = path_take(m);
    if (error != 0)
        return error;
    switch (label) {
    case FILE_OPEN:
        return open_request(m);
    case PATH_MAKE:
        return tree_make(path, m->lent, m->words[0]);
    case PATH_REMOVE:
        return tree_remove(path, m->lent, m->words[0]);
    default:
        return rename_request(m);
    }
}

/* ------------------------------------------------------------ all requests */

/* Ends the transaction as its request did, and returns how it ended. */
static int
transaction_end(int error)
{
    if (error == 0)
        undo_commit();
    else
        undo_back();
    return error;
}

/* Closes what the client has open; everything, if `client` is 0. */
static void
client_end(uint64_t client)
{
    struct open *open;

    while ((open = open_of(client)) != NULL) {
        int error = transaction_end(file_end(open));

        if (error != 0) /* the image is bad; the file is closed all the same */
            (void)!transaction_end(open_remove(open));
    }
    if (client != 0)
        (void)!transaction_end(session_remove(client));
}

/* What comes from the system and not from a client. */
static int
system_request(const struct message *m, uint64_t label)
{
    if (label == FILE_GONE)
        client_end(m->words[0]);
    return label == FILE_SYNC ? all_write() : EBADF;
}

static int
client_request(struct message *m, uint64_t label, struct answer **answer)
{
    switch (label) {
    case FILE_CLOSE:
    case FILE_READ:
    case FILE_WRITE:
    case FILE_STAT:
    case FILE_TRUNCATE:
    case FILE_SYNC:
    case FILE_LIST:
        return file_request(m, label, answer);
    case FILE_OPEN:
    case PATH_MAKE:
    case PATH_REMOVE:
    case PATH_RENAME:
    case PATH_SPACE:
        return path_request(m, label, answer);
    default:
        return ENOSYS;
    }
}

void
serve_request(struct message *m)
{
    uint64_t label = message_label(m), sequence = m->words[FILE_SEQUENCE];
    struct answer *answer = NULL;
    int error;

    cache_relieve();
    error = m->badge == 0 ? system_request(m, label)
                          : client_request(m, label, &answer);
    if (error == 0 && answer)
        error = answer_keep(answer, label, sequence, m);
    error = transaction_end(error);
    m->header = FILE_DONE;
    m->words[0] = (uint64_t)error;
}

bool
serve_is_dirty(void)
{
    return cache.dirty > 0;
}

void
serve_write_back(void)
{
    (void)!all_write();
}

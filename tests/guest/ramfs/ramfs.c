/* SPDX-License-Identifier: MIT */
/* Files in memory, for tests of whoever uses files: a server of proto/file.h
 * that is as strict as it can be. It is also the name server that leads to
 * itself, and a clock (ramfs.h).
 *
 * "dev/console" is a terminal: what is written goes to the log, what is read
 * are the lines of "input", one each time.
 *
 * It checks what no other server needs to: that sequence numbers grow by one in
 * each conversation, and that a stream's offsets count its bytes. A client that
 * gets this wrong gets EPROTO.
 *
 * Grants: "service", "machine". */
#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/clock.h>
#include <proto/file.h>
#include <proto/names.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ramfs.h"

enum { NODES_MAX = 128, OPENS_MAX = 64, CLIENTS_MAX = 64, ROOM_BYTES = 16384 };

struct node {
    uint32_t mode; /* 0: free */
    unsigned links, opens;
    struct node *parent;
    char name[FILE_NAME_MAX + 1];
    char *bytes;
    size_t size, room;
};

struct opened {
    uint64_t client;
    uint64_t sequence;
    struct node *node; /* NULL: free */
};

static struct node nodes[NODES_MAX];
static struct node *const root = &nodes[0];
static struct opened opens[OPENS_MAX];
static uint64_t sequences[CLIENTS_MAX]; /* of requests about no file */
static uint64_t last_client;
static uint64_t input_at; /* read from "input" so far */
static char room[ROOM_BYTES];

/* -------------------------------------------------------------------- nodes */

static struct node *
node_make(struct node *parent, const char *name, uint32_t mode)
{
    for (unsigned i = 1; i < NODES_MAX; i++) {
        struct node *n = &nodes[i];

        if (n->mode == 0) {
            *n = (struct node){.mode = mode, .links = 1, .parent = parent};
            strcpy(n->name, name);
            return n;
        }
    }
    return NULL;
}

/* Nobody can reach it any more. */
static void
node_free(struct node *n)
{
    if (n->links == 0 && n->opens == 0) {
        free(n->bytes);
        *n = (struct node){0};
    }
}

static struct node *
node_find(const struct node *parent, const char *name)
{
    for (unsigned i = 1; i < NODES_MAX; i++)
        if (nodes[i].mode && nodes[i].links && nodes[i].parent == parent &&
            strcmp(nodes[i].name, name) == 0)
            return &nodes[i];
    return NULL;
}

static bool
node_has_children(const struct node *parent)
{
    for (unsigned i = 1; i < NODES_MAX; i++)
        if (nodes[i].mode && nodes[i].links && nodes[i].parent == parent)
            return true;
    return false;
}

/* Makes it `size` bytes long; zeros are what is new. */
static int
node_resize(struct node *n, size_t size)
{
    if (size > n->room) {
        size_t bytes = size < 2 * n->room ? 2 * n->room : size;
        char *moved = realloc(n->bytes, bytes);

        if (!moved)
            return ENOSPC;
        n->bytes = moved;
        n->room = bytes;
    }
    if (size > n->size)
        memset(n->bytes + n->size, 0, size - n->size);
    n->size = size;
    return 0;
}

/* --------------------------------------------------------------------- paths
 */

/* Follows `path`, which it cuts up, to the directory of its last name, and
 * leaves that name in `*last`, "" for the root itself. */
static int
path_follow(char *path, struct node **directory, char **last)
{
    char *slash;

    *directory = root;
    while ((slash = strchr(path, '/'))) {
        *slash = '\0';
        *directory = node_find(*directory, path);
        if (!*directory)
            return ENOENT;
        if (!S_ISDIR((*directory)->mode))
            return ENOTDIR;
        path = slash + 1;
    }
    *last = path;
    return strlen(path) > FILE_NAME_MAX ? ENAMETOOLONG : 0;
}

/* Gets `bytes` bytes of the path that was lent, from `offset` on. */
static int
path_fetch(const struct message *m, uint64_t offset, uint64_t bytes,
           char path[FILE_PATH_MAX + 1])
{
    uint64_t done;

    if (bytes > FILE_PATH_MAX)
        return ENAMETOOLONG;
    if (bytes && (sys_lease_read(m->token, offset, path, bytes, &done) != OK ||
                  done != bytes))
        return EIO;
    path[bytes] = '\0';
    return 0;
}

/* The directory and name that the request's path leads to. */
static int
path_get(const struct message *m, struct node **directory, char **last)
{
    static char path[FILE_PATH_MAX + 1];
    int error = path_fetch(m, 0, m->lent, path);

    return error ? error : path_follow(path, directory, last);
}

static int
serve_open(struct message *m)
{
    uint64_t flags = m->words[0];
    struct node *directory, *n;
    char *name;
    int error = path_get(m, &directory, &name);
    unsigned i = 0;

    if (error)
        return error;
    n = *name ? node_find(directory, name) : root;
    if (!n && !(flags & FILE_CREATE))
        return ENOENT;
    if (n && (flags & FILE_CREATE) && (flags & FILE_EXCLUSIVE))
        return EEXIST;
    if (n && S_ISDIR(n->mode) && (flags & (FILE_TO_WRITE | FILE_EMPTY)))
        return EISDIR;
    if (n && !S_ISDIR(n->mode) && (flags & FILE_DIRECTORY))
        return ENOTDIR;
    while (i < OPENS_MAX && opens[i].node)
        i++;
    if (i == OPENS_MAX)
        return ENFILE;
    if (!n)
        n = node_make(directory, name, S_IFREG | 0644);
    if (!n)
        return ENOSPC;
    if (flags & FILE_EMPTY)
        n->size = 0;
    n->opens++;
    opens[i] = (struct opened){m->badge, 0, n};
    m->words[1] = i + 1;
    m->words[2] = n->mode | (uint64_t)n->links << 32;
    m->words[3] = n->size;
    m->words[4] = RAMFS_TIME;
    return 0;
}

static int
serve_make(struct message *m)
{
    struct node *directory;
    char *name;
    int error = path_get(m, &directory, &name);

    if (error)
        return error;
    if (!*name || node_find(directory, name))
        return EEXIST;
    return node_make(directory, name, (uint32_t)m->words[0]) ? 0 : ENOSPC;
}

static int
node_unlink(struct node *n, uint64_t mode)
{
    if (S_ISDIR(n->mode) && mode == S_IFREG)
        return EISDIR;
    if (!S_ISDIR(n->mode) && mode == S_IFDIR)
        return ENOTDIR;
    if (node_has_children(n))
        return ENOTEMPTY;
    n->links = 0;
    node_free(n);
    return 0;
}

static int
serve_remove(struct message *m)
{
    struct node *directory, *n;
    char *name;
    int error = path_get(m, &directory, &name);

    if (error)
        return error;
    n = node_find(directory, name);
    return n ? node_unlink(n, m->words[0]) : *name ? ENOENT : EBUSY;
}

static int
serve_rename(struct message *m)
{
    static char old_path[FILE_PATH_MAX + 1], new_path[FILE_PATH_MAX + 1];
    struct node *old_directory, *new_directory, *n, *other;
    char *old_name, *new_name;
    int error = m->words[0] > m->lent ? EINVAL : 0;

    if (!error)
        error = path_fetch(m, 0, m->words[0], old_path);
    if (!error)
        error = path_fetch(m, m->words[0], m->lent - m->words[0], new_path);
    if (!error)
        error = path_follow(old_path, &old_directory, &old_name);
    if (!error)
        error = path_follow(new_path, &new_directory, &new_name);
    if (error)
        return error;
    n = node_find(old_directory, old_name);
    if (!n)
        return ENOENT;
    for (struct node *up = new_directory; up; up = up->parent)
        if (up == n)
            return EINVAL;
    other = node_find(new_directory, new_name);
    if (other == n)
        return 0;
    if (other)
        error = node_unlink(other, n->mode & S_IFMT);
    if (error)
        return error;
    n->parent = new_directory;
    strcpy(n->name, new_name);
    return 0;
}

/* --------------------------------------------------------------------- files
 */

static int
serve_read(struct message *m, struct node *n)
{
    uint64_t offset = m->words[1], bytes = m->lent, done;
    bool is_terminal = S_ISCHR(n->mode);

    if (S_ISDIR(n->mode))
        return EISDIR;
    if (is_terminal) {
        n = node_find(root, "input");
        if (offset != 0)
            return EPROTO;
        offset = input_at;
    }
    if (!n || offset >= n->size)
        bytes = 0;
    else if (bytes > n->size - offset)
        bytes = n->size - offset;
    if (bytes > ROOM_BYTES)
        bytes = ROOM_BYTES;
    if (is_terminal && bytes) {
        const char *end = memchr(n->bytes + offset, '\n', bytes);

        bytes = end ? (uint64_t)(end - n->bytes) + 1 - offset : bytes;
        input_at += bytes;
    }
    m->words[1] = bytes;
    if (bytes == 0)
        return 0;
    return sys_lease_write(m->token, 0, n->bytes + offset, bytes, &done) == OK
               ? 0
               : EIO;
}

static int
serve_write(struct message *m, struct node *n)
{
    uint64_t offset = m->words[1] == FILE_END ? n->size : m->words[1];
    uint64_t bytes = m->lent < ROOM_BYTES ? m->lent : ROOM_BYTES;
    uint64_t done;

    if (S_ISDIR(n->mode))
        return EISDIR;
    if (bytes && sys_lease_read(m->token, 0, room, bytes, &done) != OK)
        return EIO;
    m->words[1] = bytes;
    m->words[2] = offset + bytes;
    if (S_ISCHR(n->mode)) {
        if (offset != 0)
            return EPROTO;
        printf("%.*s", (int)bytes, room);
        return 0;
    }
    if (offset > 1 << 20)
        return EFBIG;
    if (offset + bytes > n->size && node_resize(n, offset + bytes) != 0)
        return ENOSPC;
    memcpy(n->bytes + offset, room, bytes);
    return 0;
}

static int
serve_list(struct message *m, const struct node *n)
{
    uint64_t position = m->words[1], at = 0, done;

    if (!S_ISDIR(n->mode))
        return ENOTDIR;
    for (; position < NODES_MAX; position++) {
        const struct node *each = &nodes[position];
        struct file_entry *e = (void *)(room + at);
        uint64_t bytes =
            (sizeof(*e) + strlen(each->name) + 1 + 7) & ~UINT64_C(7);

        if (each == root || !each->links || each->parent != n)
            continue;
        if (at + bytes > m->lent || at + bytes > ROOM_BYTES)
            break;
        e->serial = position + 1;
        e->mode = each->mode & S_IFMT;
        e->bytes = (uint32_t)bytes;
        strcpy(e->name, each->name);
        at += bytes;
    }
    if (at == 0 && position < NODES_MAX)
        return EINVAL;
    m->words[1] = at;
    m->words[2] = position;
    return sys_lease_write(m->token, 0, room, at, &done) == OK ? 0 : EIO;
}

static int
serve_stat(struct message *m, const struct node *n)
{
    m->words[1] = n->mode | (uint64_t)n->links << 32;
    m->words[2] = n->size;
    m->words[3] = RAMFS_TIME;
    m->words[4] = (uint64_t)(n - nodes) + 1;
    return 0;
}

static void
file_end(struct opened *o)
{
    o->node->opens--;
    node_free(o->node);
    o->node = NULL;
}

static int
serve_file(struct message *m)
{
    uint64_t number = m->words[FILE_NUMBER];
    struct opened *o = &opens[number - 1];

    if (number < 1 || number > OPENS_MAX || !o->node || o->client != m->badge)
        return EBADF;
    if (m->words[FILE_SEQUENCE] != ++o->sequence)
        return EPROTO;
    switch (message_label(m)) {
    case FILE_CLOSE:
        file_end(o);
        return 0;
    case FILE_READ:
        return serve_read(m, o->node);
    case FILE_WRITE:
        return serve_write(m, o->node);
    case FILE_STAT:
        return serve_stat(m, o->node);
    case FILE_TRUNCATE:
        return node_resize(o->node, m->words[1]);
    case FILE_LIST:
        return serve_list(m, o->node);
    case FILE_SYNC:
        return 0;
    default:
        return ENOSYS;
    }
}

static int
serve_path(struct message *m)
{
    if (m->words[FILE_SEQUENCE] != ++sequences[m->badge % CLIENTS_MAX])
        return EPROTO;
    switch (message_label(m)) {
    case FILE_OPEN:
        return serve_open(m);
    case PATH_MAKE:
        return serve_make(m);
    case PATH_REMOVE:
        return serve_remove(m);
    default:
        return serve_rename(m);
    }
}

/* A pipe's end: reading and writing count each for itself. */
static int
serve_stream(struct message *m)
{
    static uint64_t bytes[2];
    bool is_write = message_label(m) == FILE_WRITE;
    struct node *n = node_find(root, "stream");
    int error;

    if (!n || m->words[FILE_NUMBER] != 0)
        return EBADF;
    if (!is_write && message_label(m) != FILE_READ)
        return 0;
    if (m->words[FILE_OFFSET] != bytes[is_write])
        return EPROTO;
    error = is_write ? serve_write(m, n) : serve_read(m, n);
    bytes[is_write] += error ? 0 : m->words[1];
    return error;
}

/* --------------------------------------------------------------------- names
 */

/* Gives a handle to ourselves away, with that badge. */
static void
handle_give(struct message *m, uint64_t badge)
{
    handle_t handle = HANDLE_NONE;
    err_t error = sys_handle_mint(
        startup_handle("service"), startup_handle("self"),
        ENDPOINT_SEND | RIGHT_DERIVE | RIGHT_MOVE, badge, &handle);

    m->words[0] = (uint64_t)error;
    if (error == OK)
        m->header |= MESSAGE_HANDLE;
    m->words[MESSAGE_WORDS - 1] = handle;
}

static void
client_end(uint64_t client)
{
    for (unsigned i = 0; i < OPENS_MAX; i++)
        if (opens[i].node && opens[i].client == client)
            file_end(&opens[i]);
    sequences[client % CLIENTS_MAX] = 0;
    input_at = 0;
}

static void
serve_names(struct message *m)
{
    uint64_t client = m->badge & ~(uint64_t)RAMFS_BITS;
    uint32_t label = message_label(m);
    static char path[FILE_PATH_MAX + 1];

    m->header = NAMES_DONE;
    switch (label) {
    case NAMES_LOOKUP:
        (void)path_fetch(m, 0, m->lent, path);
        m->words[1] = 1; /* the slash */
        handle_give(m, strcmp(path, "/dev/clock") == 0 ? RAMFS_CLOCK : client);
        break;
    case NAMES_FORK:
        m->words[1] = ++last_client;
        handle_give(m, RAMFS_NAMES | last_client);
        break;
    case NAMES_END:
        client_end(m->words[0]);
        m->words[0] = OK;
        break;
    default:
        m->words[0] = ERR_ARGUMENT;
    }
}

/* ---------------------------------------------------------------------- all */

static void
serve(struct message *m)
{
    uint32_t label = message_label(m);
    int error;

    if (m->badge & RAMFS_NAMES) {
        serve_names(m);
        return;
    }
    if (m->badge & RAMFS_CLOCK) {
        m->header = CLOCK_DONE;
        m->words[0] = RAMFS_TIME * UINT64_C(1000000000);
        return;
    }
    if (m->badge & RAMFS_STREAM)
        error = serve_stream(m);
    else if (label == FILE_OPEN || (label >= PATH_MAKE && label <= PATH_RENAME))
        error = serve_path(m);
    else
        error = serve_file(m);
    m->header = FILE_DONE;
    m->words[0] = (uint64_t)error;
}

int
main(void)
{
    struct message m = {0};

    *root = (struct node){.mode = S_IFDIR | 0755, .links = 1};
    (void)node_make(node_make(root, "dev", S_IFDIR | 0755), "console",
                    S_IFCHR | 0666);
    for (;;) {
        err_t error = sys_endpoint_reply_recv(startup_handle("service"), &m);

        if (error == OK)
            serve(&m);
        else if (error == ERR_TOKEN)
            m.token = 0;
        else
            return (int)error;
    }
}

/* SPDX-License-Identifier: MIT */
/* The file protocol: whatever is opened by a name and then read and written.
 * The file server speaks it, the console, pipes and the boot archive too.
 *
 *     label            words                     lent            answer
 *     FILE_OPEN        flags                     r: path         number, mode
 *                                                                and links,
 *                                                                size, time
 *     FILE_CLOSE       number                    -               -
 *     FILE_READ        number, offset            w: room         bytes
 *     FILE_WRITE       number, offset            r: content      bytes, offset
 *                                                                behind them
 *     FILE_STAT        number                    -               mode and
 *                                                                links, size,
 *                                                                time, serial
 *     FILE_TRUNCATE    number, size              -               -
 *     FILE_SYNC        number                    -               -
 *     FILE_LIST        number, position          w: room         bytes, next
 *                                                                position
 *     PATH_MAKE        mode                      r: path         -
 *     PATH_REMOVE      mode                      r: path         -
 *     PATH_RENAME      bytes of the old path     r: both paths   -
 *     PATH_SPACE       -                         -               struct
 *                                                                file_space
 *     FILE_GONE        client                    -               no answer
 *
 * A *client* is what the badge of the server's handle names. Its open files
 * have numbers, which mean nothing to others. When it has ended, the name
 * server says so to all servers that it had looked up (FILE_GONE, a message
 * without badge, which clients cannot send): its files are closed.
 *
 * A path begins with no slash: it is what is left of it behind the name under
 * which the server is known (proto/names.h). "" is the server's root. Where
 * "." and ".." lead, no path leaves this root.
 *
 * FILE_SYNC of the server's root is about all that the server has; init asks
 * for that before the power goes.
 *
 * Answers have the label FILE_DONE and in word 0 an error of <errno.h>, 0 for
 * success; results follow from word 1 on. "mode and links" has st_mode in its
 * lower and st_nlink in its upper half; times are seconds since 1970.
 *
 * **Again.** A server may be replaced while a client waits for its answer;
 * the client then sees ERR_DEAD and asks again, through the same handle
 * (lib/call.h). So that nothing happens twice, the last word of a request is
 * its *sequence number*: it grows by 1 with each request of a client about
 * one open file, or, for FILE_OPEN and the PATH_ requests, about none. A
 * server keeps the last number and its answer where its successor finds them,
 * and answers a repeated request with it. */
#pragma once

#include <lib/call.h>

#include <errno.h>
#include <sys/stat.h>

enum file_label {
    FILE_OPEN = 1,
    FILE_CLOSE = 2,
    FILE_READ = 3,
    FILE_WRITE = 4,
    FILE_STAT = 5,
    FILE_TRUNCATE = 6,
    FILE_SYNC = 7,
    FILE_LIST = 8,
    PATH_MAKE = 9,
    PATH_REMOVE = 10,
    PATH_RENAME = 11,
    PATH_SPACE = 12,
    FILE_GONE = 13,
    FILE_DONE = 14,
};

/* Which word of a request is what. */
enum {
    FILE_NUMBER = 0,
    FILE_OFFSET = 1,
    FILE_SEQUENCE = 4,
};

/* How a file is opened. */
enum file_flags {
    FILE_TO_READ = 1 << 0,
    FILE_TO_WRITE = 1 << 1,
    FILE_CREATE = 1 << 2,    /* if it is not there */
    FILE_EXCLUSIVE = 1 << 3, /* with FILE_CREATE: EEXIST if it is there */
    FILE_EMPTY = 1 << 4,     /* its content goes */
    FILE_DIRECTORY = 1 << 5, /* ENOTDIR if it is none */
};

/* An offset: wherever the file ends when it is written. */
#define FILE_END UINT64_MAX

/* Bytes of a path, or of both in a PATH_RENAME; no zero at the end. */
enum { FILE_PATH_MAX = 1024, FILE_NAME_MAX = 255 };

/* Where a second conversation about no file begins to count: the first is the
 * C library's, and no number may be the same. */
#define FILE_SEQUENCE_OTHER (UINT64_C(1) << 63)

/* Where a conversation with a server stands: about one open file, or about
 * none. Only one thread at a time may use it. */
struct file {
    handle_t server;
    uint64_t number;   /* of the open file */
    uint64_t sequence; /* of the last request */
};

struct file_status {
    uint32_t mode; /* S_IFREG, S_IFDIR, S_IFCHR, S_IFIFO, and permissions */
    uint32_t links;
    uint64_t size;   /* bytes */
    uint64_t time;   /* of the last change of the content */
    uint64_t serial; /* the same for the same file (inode number) */
};

/* FILE_LIST gives as many of these as fit, each `bytes` long, a multiple of
 * 8, with the name behind it, which ends with a zero. */
struct file_entry {
    uint64_t serial;
    uint32_t mode; /* the kind of file only: S_IFREG, ... */
    uint32_t bytes;
    char name[];
};

/* The answer to PATH_SPACE, from word 1 on. */
struct file_space {
    uint64_t block_bytes;
    uint64_t blocks;
    uint64_t blocks_free;
    uint64_t files_free;
};

/* ------------------------------------------------------- as a client calls */

/* Sends a request about no open file, whose words 0 to 3 are in `m`, lends
 * `bytes` bytes at `window` as `lease` says (a MESSAGE_LEASE flag, or 0), and
 * leaves the answer in `m`. Returns its error: one of <errno.h>, 0 for
 * success; EIO if the server is no more, or answers in another protocol. */
int path_call(struct file *root, struct message *m, uint64_t lease,
              void *window, uint64_t bytes);

/* The same about the open file, whose number it puts into word 0. */
int file_call(struct file *file, struct message *m, uint64_t lease,
              void *window, uint64_t bytes);

/* Opens `path` at `server` into `*file`, a conversation of its own, and tells
 * all of `status` but the serial. `root` is the conversation about none. */
MUST_CHECK static inline int
path_open(struct file *root, const char *path, size_t length, uint64_t flags,
          struct file *file, struct file_status *status)
{
    struct message m = {.header = FILE_OPEN, .words = {flags}};
    int error = path_call(root, &m, MESSAGE_LEASE_READ, (void *)path, length);

    if (error == 0) {
        *file = (struct file){root->server, m.words[1], 0};
        *status = (struct file_status){
            .mode = (uint32_t)m.words[2],
            .links = (uint32_t)(m.words[2] >> 32),
            .size = m.words[3],
            .time = m.words[4],
        };
    }
    return error;
}

/* Makes what `mode` says at `path`, with its permissions: S_IFDIR, S_IFREG. */
MUST_CHECK static inline int
path_make(struct file *root, const char *path, size_t length, uint64_t mode)
{
    struct message m = {.header = PATH_MAKE, .words = {mode}};

    return path_call(root, &m, MESSAGE_LEASE_READ, (void *)path, length);
}

/* Removes the name `path`: of a directory if `mode` is S_IFDIR, which must be
 * empty; of anything else if it is S_IFREG; of either if it is 0. */
MUST_CHECK static inline int
path_remove(struct file *root, const char *path, size_t length, uint64_t mode)
{
    struct message m = {.header = PATH_REMOVE, .words = {mode}};

    return path_call(root, &m, MESSAGE_LEASE_READ, (void *)path, length);
}

/* Renames: `paths` are the old and then the new path, one behind the other,
 * `length` bytes, of which the first `old_length` are the old path. What was
 * at the new path is replaced. */
MUST_CHECK static inline int
path_rename(struct file *root, const char *paths, size_t old_length,
            size_t length)
{
    struct message m = {.header = PATH_RENAME, .words = {old_length}};

    return path_call(root, &m, MESSAGE_LEASE_READ, (void *)paths, length);
}

/* How full the server's storage is. */
MUST_CHECK static inline int
path_space(struct file *root, struct file_space *space)
{
    struct message m = {.header = PATH_SPACE};
    int error = path_call(root, &m, 0, NULL, 0);

    if (error == 0)
        *space =
            (struct file_space){m.words[1], m.words[2], m.words[3], m.words[4]};
    return error;
}

MUST_CHECK static inline int
file_close(struct file *file)
{
    struct message m = {.header = FILE_CLOSE};

    return file_call(file, &m, 0, NULL, 0);
}

/* Reads up to `bytes` bytes from `offset` on; `*done` is 0 at the end only.
 * What comes as a stream has no offsets: there it is 0. */
MUST_CHECK static inline int
file_read(struct file *file, uint64_t offset, void *to, uint64_t bytes,
          uint64_t *done)
{
    struct message m = {.header = FILE_READ, .words = {0, offset}};
    int error = file_call(file, &m, MESSAGE_LEASE_WRITE, to, bytes);

    if (error == 0)
        *done = m.words[1];
    return error;
}

/* Writes up to `bytes` bytes at `offset`, FILE_END for the end; `*done` tells
 * how many, at least 1 if `bytes` is not 0, and `*behind` where they end. */
MUST_CHECK static inline int
file_write(struct file *file, uint64_t offset, const void *from, uint64_t bytes,
           uint64_t *done, uint64_t *behind)
{
    struct message m = {.header = FILE_WRITE, .words = {0, offset}};
    int error = file_call(file, &m, MESSAGE_LEASE_READ, (void *)from, bytes);

    if (error == 0) {
        *done = m.words[1];
        *behind = m.words[2];
    }
    return error;
}

MUST_CHECK static inline int
file_stat(struct file *file, struct file_status *status)
{
    struct message m = {.header = FILE_STAT};
    int error = file_call(file, &m, 0, NULL, 0);

    if (error == 0)
        *status = (struct file_status){
            .mode = (uint32_t)m.words[1],
            .links = (uint32_t)(m.words[1] >> 32),
            .size = m.words[2],
            .time = m.words[3],
            .serial = m.words[4],
        };
    return error;
}

/* Cuts the file to `size` bytes, or lengthens it with zeros. */
MUST_CHECK static inline int
file_truncate(struct file *file, uint64_t size)
{
    struct message m = {.header = FILE_TRUNCATE, .words = {0, size}};

    return file_call(file, &m, 0, NULL, 0);
}

/* Comes back when what was written is where it survives the power. */
MUST_CHECK static inline int
file_sync(struct file *file)
{
    struct message m = {.header = FILE_SYNC};

    return file_call(file, &m, 0, NULL, 0);
}

/* Reads entries of a directory into `room`, from `*position` on, at first 0,
 * and moves it on. `*done` 0: there are no more. EINVAL: the next one does
 * not fit. */
MUST_CHECK static inline int
file_list(struct file *file, uint64_t *position, void *room, uint64_t bytes,
          uint64_t *done)
{
    struct message m = {.header = FILE_LIST, .words = {0, *position}};
    int error = file_call(file, &m, MESSAGE_LEASE_WRITE, room, bytes);

    if (error == 0) {
        *done = m.words[1];
        *position = m.words[2];
    }
    return error;
}

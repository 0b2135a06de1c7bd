/* SPDX-License-Identifier: MIT */
/* The pipe protocol: what one program writes another reads.
 *
 *     label         words             answer
 *     PIPE_MAKE     -                 pipe
 *     PIPE_END      pipe, end         moved: endpoint
 *     PIPE_CLOSE    pipe, end         -
 *     PIPE_SHARE    -                 moved: endpoint
 *
 * A pipe belongs to the client that made it and goes with it (proto/file.h:
 * FILE_GONE). Its ends are endpoint handles that are read or written as files
 * are, with number 0. They are given to programs; the owner closes an end when
 * the program that had it is gone, or the program does (FILE_CLOSE). Without a
 * writer a reader gets what is left and then 0 bytes; without a reader a
 * writer gets EPIPE.
 *
 * So that nothing is lost or comes twice when the server is replaced, the user
 * of an end counts: the offset of FILE_READ and FILE_WRITE is the number of
 * bytes that it has read or written before. The server forgets bytes only when
 * they are behind the reader's offset.
 *
 * A user that starts programs which are to use its end too, as a shell in a
 * pipeline does, asks through the end for a handle for each (PIPE_SHARE): one
 * handle, one user, one count from 0 on. Each gives its handle back with
 * FILE_CLOSE, or whoever asked for it does when the program is gone; what it
 * had shared in turn goes with it. The end is closed when the last has gone,
 * or when the owner says so. What one reader was given is forgotten as soon as
 * another one reads.
 *
 * Answers have the label FILE_DONE and an error of <errno.h> in word 0. */
#pragma once

#include <proto/file.h>

enum pipe_label {
    PIPE_MAKE = 48,
    PIPE_END = 49,
    PIPE_CLOSE = 50,
    PIPE_SHARE = 51,
};

enum pipe_end { PIPE_READ = 0, PIPE_WRITE = 1 };

/* A new, empty pipe. `root` is the conversation about no file. */
MUST_CHECK static inline int
pipe_make(struct file *root, uint64_t *pipe)
{
    struct message m = {.header = PIPE_MAKE};
    int error = path_call(root, &m, 0, NULL, 0);

    if (error == 0)
        *pipe = m.words[1];
    return error;
}

/* A handle to one of its ends. */
MUST_CHECK static inline int
pipe_end(struct file *root, uint64_t pipe, enum pipe_end end, handle_t *handle)
{
    struct message m = {.header = PIPE_END, .words = {pipe, end}};
    err_t error = call_retry(root->server, &m, 0, NULL, 0);

    if (error != OK)
        return EIO;
    if (m.words[0] == 0 && !(m.header & MESSAGE_HANDLE))
        return EIO;
    *handle = m.words[MESSAGE_WORDS - 1];
    return (int)m.words[0];
}

/* Nobody uses this end any more. */
MUST_CHECK static inline int
pipe_close(struct file *root, uint64_t pipe, enum pipe_end end)
{
    struct message m = {.header = PIPE_CLOSE, .words = {pipe, end}};
    err_t error = call_retry(root->server, &m, 0, NULL, 0);

    return error != OK ? EIO : (int)m.words[0];
}

/* A handle to the same end for another user; `end` is a conversation through
 * ours. file_close through the new one gives it back. */
MUST_CHECK static inline int
pipe_share(struct file *end, handle_t *handle)
{
    struct message m = {.header = PIPE_SHARE};
    int error = path_call(end, &m, 0, NULL, 0);

    if (error == 0 && !(m.header & MESSAGE_HANDLE))
        error = EIO;
    if (error == 0)
        *handle = m.words[MESSAGE_WORDS - 1];
    return error;
}

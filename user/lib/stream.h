/* SPDX-License-Identifier: MIT */
/* Buffered files: what picolibc's streams leave open.
 *
 * picolibc buffers (stdio-bufio.h): a stream has a room, of which `len` bytes
 * are in use and, when reading, `off` were read; `dir` says which of both it
 * does. Around this:
 *
 *   - all streams are known, so that exit and fflush(NULL) find them;
 *   - ftell asks without throwing the room's content away, and minds ungetc;
 *     both in stream.c;
 *   - files are opened by name or descriptor, anew too: stream_open.c;
 *   - a character goes in or out without a detour while there is room;
 *   - fread and fwrite copy at once, past the room what does not fit there;
 *   - a last line may have no newline;
 *   - an error in reading is no end of file;
 *   - an error is kept (ferror), whichever function meets it: these in
 *     stream_io.c.
 *
 * B2  A list leads to all streams but the three of output.h.
 * B3  A stream that reads has off <= len; the descriptor stands at the byte
 *     behind the room's last one.
 * B4  A stream that is open has __SRD and __SWR: picolibc keeps no error when
 *     it refuses. What it is not for the functions here refuse, by `bflags`. */
#pragma once

#include <lib/output.h>

#include <stdbool.h>
#include <stdio.h>

static inline struct __file_bufio *
bufio_of(FILE *file)
{
    return (struct __file_bufio *)file;
}

static inline FILE *
file_of(struct __file_bufio *b)
{
    return &b->xfile.cfile.file;
}

/* What is refused. These share `bflags` with picolibc's __BALL and __BLBF. */
enum { STREAM_UNREADABLE = 1 << 6, STREAM_UNWRITABLE = 1 << 7 };

/* Whether a stream is one of ours: others have functions of their own. */
static inline bool
is_ours(const FILE *file)
{
    return file->flags & __SBUF;
}

/* A new stream of the descriptor, which refuses what `refused` says: one of the
 * flags above, or 0. NULL and ENOMEM if there is no memory. */
FILE *stream_make(int fd, uint8_t refused);

/* What a stream of ours does: a character in, a character out, and reading from
 * the descriptor. */
int stream_get(FILE *file);
int stream_put(char c, FILE *file);
ssize_t stream_read(int fd, void *to, size_t bytes);

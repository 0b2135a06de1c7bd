/* SPDX-License-Identifier: MIT */
/* The pipes themselves: bytes, counts, and who waits.
 *
 * A pipe is a ring of bytes and two counts. Its user counts along, so a
 * request says where in the stream it stands:
 *
 *     bytes          0 .......... read ......... written
 *     are            forgotten    in the ring     not yet there
 *
 * All of it lies in the memory that is kept. Invariants, at every instruction:
 *
 * P8  read <= written <= read + RING_BYTES.
 * P9  Bytes read to written - 1 are in the ring, each at its number modulo
 *     RING_BYTES.
 * P10  What was answered lies in the counts: a request that comes again gets
 *     the same bytes, or is told that its bytes are there.
 *
 * That holds because bytes are copied first and counted then, in one word, and
 * because reading does not forget: the next request's offset does.
 *
 * Who has to wait is known by a token, in memory of our own: when we end, all
 * who wait ask again. */
#pragma once

#include <lib/syscall.h>
#include <proto/pipe.h>

#include <stdbool.h>
#include <stddef.h>

enum {
    RING_BYTES = 4 * PAGE_BYTES,
    PIPES_MAX = 60, /* their records fill less than a page */
    PIPE_ENDS = 2,
    PIPE_INDEX_BITS = 8,
};

/* 64 bytes. */
struct pipe {
    uint64_t number;   /* times 256, plus its place; 0: was never used */
    uint64_t owner;    /* client that made it; 0: it is free */
    uint64_t sequence; /* of the request that made it */
    uint64_t read;     /* bytes that the reader has for sure */
    uint64_t written;
    uint64_t is_closed[PIPE_ENDS];
    uint64_t reserved;
};

_Static_assert(PIPES_MAX * sizeof(struct pipe) <= PAGE_BYTES,
               "the first page kept holds the records");

/* Goes on with what is in `memory`: a page of records, and a ring for each.
 * False: there is no room for one pipe. */
bool pipes_open(void *memory, size_t bytes);

/* The pipe called `number`, NULL if there is none (any more). */
struct pipe *pipe_find(uint64_t number);

/* A pipe for `owner`; the same one if it asks again. NULL: all are in use. */
struct pipe *pipe_new(uint64_t owner, uint64_t sequence);

/* Reads or writes for the user of `end`, who sent `m`, and answers it, now or
 * when that is possible. */
void pipe_transfer(struct pipe *p, enum pipe_end end, const struct message *m);

/* Nobody uses this end any more; without users there is no pipe. */
void pipe_end_close(struct pipe *p, enum pipe_end end);

/* Closes all pipes of a client, and so those ends that it gave to others. */
void pipes_forget(uint64_t client);

/* Answers the caller of `token`: an error of <errno.h> and two results. */
void answer(token_t token, int error, uint64_t first, uint64_t second);

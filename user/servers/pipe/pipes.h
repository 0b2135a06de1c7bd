/* SPDX-License-Identifier: MIT */
/* The pipes themselves: bytes, counts, and who waits.
 *
 * A pipe is a ring of bytes and three counts. Its users count along, so a
 * request says where in the stream it stands:
 *
 *     bytes          0 .......... read ........ given ........ written
 *     are            forgotten    with the      in the ring    not yet there
 *                                 reader too
 *
 * An end has several users if one of them has shared it. Each counts only what
 * it has read or written itself, from 0 on; `begin` says which byte of the
 * stream that 0 is. It is right for the *current* user, the one that was served
 * last. When another one is, its own is computed anew (users.c):
 *
 *     the end stands at                   v
 *     A  |--- begin ----|---- count ------|
 *     B  |------------ begin -------------|- count of B = 0
 *
 * All of it lies in the memory that is kept. Invariants, at every instruction:
 *
 * P8  read <= given <= written <= read + RING_BYTES.
 * P9  Bytes read to written - 1 are in the ring, each at its number modulo
 *     RING_BYTES.
 * P10  What was answered lies in the counts: a request that comes again gets
 *     the same bytes, or is told that its bytes are there.
 * P11  Where the end stands, less its begin, is the current user's count; those
 *     of the others are in their records.
 *
 * That holds because bytes are copied first and counted then, in one word, and
 * because reading does not forget: the next read does.
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
    RECORDS_BYTES = 2 * PAGE_BYTES,
    PIPES_MAX = 16, /* their records fill that */
    PIPE_ENDS = 2,
    PIPE_INDEX_BITS = 8,
    PIPE_USERS_MAX = 7, /* of an end */
    USER_INDEX_BITS = 3,
    USER_BITS = 24,
    USER_FIRST = 1 << USER_INDEX_BITS, /* the one that the pipe is made for */
};

/* 32 bytes. */
struct pipe_user {
    uint32_t number;   /* times 8, plus its place; 0: was never used */
    uint32_t maker;    /* number of who shared with it; 0: there is none */
    uint64_t sequence; /* of the request that made it */
    uint64_t begin;
    uint64_t count; /* while another one is current */
};

/* 512 bytes. */
struct pipe {
    uint64_t number;   /* times 256, plus its place; 0: was never used */
    uint64_t owner;    /* client that made it; 0: it is free */
    uint64_t sequence; /* of the request that made it */
    uint64_t read;     /* bytes that readers have for sure */
    uint64_t given;    /* bytes that were answered */
    uint64_t written;
    uint64_t current[PIPE_ENDS]; /* the user's place */
    struct pipe_user users[PIPE_ENDS][PIPE_USERS_MAX];
};

_Static_assert(PIPES_MAX * sizeof(struct pipe) <= RECORDS_BYTES,
               "the first pages kept hold the records");
_Static_assert(PIPE_USERS_MAX <= 1 << USER_INDEX_BITS, "a place fits");

/* Goes on with what is in `memory`: the records, and a ring for each. False:
 * there is no room for one pipe. */
bool pipes_open(void *memory, size_t bytes);

/* The pipe called `number`, NULL if there is none (any more). */
struct pipe *pipe_find(uint64_t number);

/* A pipe for `owner`; the same one if it asks again. NULL: all are in use. */
struct pipe *pipe_new(uint64_t owner, uint64_t sequence);

/* Reads or writes for the user `user` of `end`, who sent `m`, and answers it,
 * now or when that is possible. */
void pipe_transfer(struct pipe *p, enum pipe_end end, uint64_t user,
                   const struct message *m);

/* The user `user`, if there is one, does not use this end any more. */
void pipe_user_close(struct pipe *p, enum pipe_end end, uint64_t user);

/* Nobody uses this end any more; without users there is no pipe. */
void pipe_end_close(struct pipe *p, enum pipe_end end);

/* Closes all pipes of a client, and so those ends that it gave to others. */
void pipes_forget(uint64_t client);

/* Answers the caller of `token`: an error of <errno.h> and two results. */
void answer(token_t token, int error, uint64_t first, uint64_t second);

/* -------------------------------------------------------------- in users.c */

/* Makes the first user of each end of a new pipe. */
void users_start(struct pipe *p);

/* The user called `number`, NULL if there is none (any more). */
struct pipe_user *user_find(struct pipe *p, enum pipe_end end, uint64_t number);

/* A user for what the user `maker` starts; the same one if it asks again.
 * NULL: there are as many as can be. */
struct pipe_user *user_new(struct pipe *p, enum pipe_end end, uint64_t maker,
                           uint64_t sequence);

/* Makes it the current one. */
void user_take(struct pipe *p, enum pipe_end end, struct pipe_user *user);

/* A user whose maker is gone, NULL if there is none. */
struct pipe_user *users_orphaned(struct pipe *p, enum pipe_end end);

bool users_are_there(const struct pipe *p, enum pipe_end end);

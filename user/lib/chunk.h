/* SPDX-License-Identifier: MIT */
/* The chunks of the heap, for malloc.c, which has the lock on them.
 *
 * The heap is a row of chunks without gaps, each a multiple of 16 bytes:
 *
 *     +--------+--------+------------------------+
 *     | before | size   | content                |   in use
 *     +--------+--------+------------------------+
 *     | before | size   | next | previous | ...  |   free
 *     +--------+--------+------------------------+
 *
 * `before` is the size of the chunk in front, so both neighbours of a chunk are
 * at hand. At the end is a header without content that counts as in use. Free
 * chunks are in lists by size: up to 512 bytes one list a size, then four lists
 * for each power of two. A bit a list says whether it has any.
 *
 * A2  The chunks' sizes lead from the first to the last, and `before` back.
 * A3  A chunk is in a list if and only if it is free; no two neighbours are.
 * A4  A bit is set if and only if its list is not empty. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHUNK_UNIT = 16 }; /* sizes are multiples of it */

/* In `size`, beside it. */
#define CHUNK_IN_USE ((size_t)1)

struct chunk {
    size_t before; /* 0: there is none in front */
    size_t size;   /* header and all */
    struct chunk *next, *previous;
};

#define CHUNK_HEADER offsetof(struct chunk, next)
#define CHUNK_MIN sizeof(struct chunk)

static inline size_t
chunk_size(const struct chunk *b)
{
    return b->size & ~CHUNK_IN_USE;
}

/* The chunk `bytes` bytes behind, or in front of, another place. */
static inline struct chunk *
chunk_at(void *place, ptrdiff_t bytes)
{
    return (void *)((char *)place + bytes);
}

static inline struct chunk *
chunk_behind(struct chunk *b)
{
    return chunk_at(b, (ptrdiff_t)chunk_size(b));
}

static inline struct chunk *
chunk_of(void *content)
{
    return chunk_at(content, -(ptrdiff_t)CHUNK_HEADER);
}

static inline void *
chunk_content(struct chunk *b)
{
    return (char *)b + CHUNK_HEADER;
}

/* A chunk in use, of `size` bytes or a few more; NULL if the heap cannot grow
 * so far. */
struct chunk *chunk_take(size_t size);

/* Makes a chunk in use a free one, together with free neighbours. */
void chunk_free(struct chunk *b);

/* Makes a chunk in use `size` bytes large where it is. False: there is no room
 * behind it. */
bool chunk_resize(struct chunk *b, size_t size);

/* Cuts a chunk in use in two, `front` bytes before the second one, and frees
 * the first. Returns the second. */
struct chunk *chunk_cut(struct chunk *b, size_t front);

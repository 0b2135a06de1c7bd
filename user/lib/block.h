/* SPDX-License-Identifier: MIT */
/* The blocks of the heap, for malloc.c, which has the lock on them.
 *
 * The heap is a row of blocks without gaps, each a multiple of 16 bytes:
 *
 *     +--------+--------+------------------------+
 *     | before | size   | content                |   in use
 *     +--------+--------+------------------------+
 *     | before | size   | next | previous | ...  |   free
 *     +--------+--------+------------------------+
 *
 * `before` is the size of the block in front, so both neighbours of a block are
 * at hand. At the end is a header without content that counts as in use. Free
 * blocks are in lists by size: up to 512 bytes one list a size, then four lists
 * for each power of two. A bit a list says whether it has any.
 *
 * A1  The blocks' sizes lead from the first to the last, and `before` back.
 * A2  A block is in a list if and only if it is free; no two neighbours are.
 * A3  A bit is set if and only if its list is not empty. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BLOCK_UNIT = 16 }; /* sizes are multiples of it */

/* In `size`, beside it. */
#define BLOCK_IN_USE ((size_t)1)

struct block {
    size_t before; /* 0: there is none in front */
    size_t size;   /* header and all */
    struct block *next, *previous;
};

#define BLOCK_HEADER offsetof(struct block, next)
#define BLOCK_MIN sizeof(struct block)

static inline size_t
block_size(const struct block *b)
{
    return b->size & ~BLOCK_IN_USE;
}

/* The block `bytes` bytes behind, or in front of, another place. */
static inline struct block *
block_at(void *place, ptrdiff_t bytes)
{
    return (void *)((char *)place + bytes);
}

static inline struct block *
block_behind(struct block *b)
{
    return block_at(b, (ptrdiff_t)block_size(b));
}

static inline struct block *
block_of(void *content)
{
    return block_at(content, -(ptrdiff_t)BLOCK_HEADER);
}

static inline void *
block_content(struct block *b)
{
    return (char *)b + BLOCK_HEADER;
}

/* A block in use, of `size` bytes or a few more; NULL if the heap cannot grow
 * so far. */
struct block *block_take(size_t size);

/* Makes a block in use a free one, together with free neighbours. */
void block_free(struct block *b);

/* Makes a block in use `size` bytes large where it is. False: there is no room
 * behind it. */
bool block_resize(struct block *b, size_t size);

/* Cuts a block in use in two, `front` bytes before the second one, and frees
 * the first. Returns the second. */
struct block *block_cut(struct block *b, size_t front);

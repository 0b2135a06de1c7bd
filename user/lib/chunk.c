/* SPDX-License-Identifier: MIT */
#include <lib/chunk.h>

#include <unistd.h>

enum {
    EXACT_MAX = 512,
    EXACT_LISTS = EXACT_MAX / CHUNK_UNIT, /* list n: chunks of n + 1 units */
    EXACT_BITS = 9,                       /* 2 to this is EXACT_MAX */
    PART_BITS = 2, /* 2 to this: lists for one power of two */
    LISTS = EXACT_LISTS + ((64 - EXACT_BITS) << PART_BITS),
    WORD_BITS = 64,
    WORDS = (LISTS + WORD_BITS - 1) / WORD_BITS,
    EXTENSION_MIN = 16384,
};

static struct chunk *lists[LISTS];
static uint64_t has_chunks[WORDS];
static struct chunk *last; /* the end of the row; NULL: there is none yet */

/* -------------------------------------------------------------------- lists */

/* The list for chunks of `size` bytes. */
static unsigned
list_of(size_t size)
{
    unsigned power;

    if (size <= EXACT_MAX)
        return (unsigned)(size / CHUNK_UNIT) - 1;
    power = WORD_BITS - 1 - (unsigned)__builtin_clzl(size);
    return EXACT_LISTS + ((power - EXACT_BITS) << PART_BITS) +
           ((unsigned)(size >> (power - PART_BITS)) & ((1U << PART_BITS) - 1));
}

static void
chunk_list(struct chunk *b)
{
    unsigned list = list_of(b->size);

    b->previous = NULL;
    b->next = lists[list];
    if (b->next)
        b->next->previous = b;
    lists[list] = b;
    has_chunks[list / WORD_BITS] |= UINT64_C(1) << list % WORD_BITS;
}

static void
chunk_unlist(struct chunk *b)
{
    unsigned list = list_of(b->size);

    if (b->next)
        b->next->previous = b->previous;
    if (b->previous)
        b->previous->next = b->next;
    else
        lists[list] = b->next;
    if (!lists[list])
        has_chunks[list / WORD_BITS] &= ~(UINT64_C(1) << list % WORD_BITS);
}

/* A free chunk of at least `size` bytes, still in its list. In the list that
 * has that size too only the first is looked at; those behind have only larger
 * ones. */
static struct chunk *
chunk_find(size_t size)
{
    unsigned list = list_of(size);
    struct chunk *first = lists[list];

    if (first && first->size >= size)
        return first;
    list++;
    for (unsigned word = list / WORD_BITS; word < WORDS; word++) {
        uint64_t bits = has_chunks[word];

        if (word == list / WORD_BITS)
            bits &= ~UINT64_C(0) << list % WORD_BITS;
        if (bits)
            return lists[word * WORD_BITS + (unsigned)__builtin_ctzl(bits)];
    }
    return NULL;
}

/* ------------------------------------------------------------------- chunks */

void
chunk_free(struct chunk *b)
{
    struct chunk *behind = chunk_behind(b);

    b->size = chunk_size(b);
    if (!(behind->size & CHUNK_IN_USE)) {
        chunk_unlist(behind);
        b->size += behind->size;
    }
    if (b->before) {
        struct chunk *front = chunk_at(b, -(ptrdiff_t)b->before);

        if (!(front->size & CHUNK_IN_USE)) {
            chunk_unlist(front);
            front->size += b->size;
            b = front;
        }
    }
    chunk_behind(b)->before = b->size;
    chunk_list(b);
}

/* Takes a chunk that is in no list into use, for `size` bytes; what is more
 * than that becomes free. */
static void
chunk_use(struct chunk *b, size_t size)
{
    size_t all = chunk_size(b);

    b->size = size | CHUNK_IN_USE;
    if (all - size >= CHUNK_MIN) {
        struct chunk *rest = chunk_behind(b);

        rest->before = size;
        rest->size = all - size;
        chunk_free(rest);
    } else {
        b->size = all | CHUNK_IN_USE;
    }
}

/* Makes the heap longer, so that there is a free chunk of `size` bytes. Others
 * may use sbrk too: then a new row of chunks begins. */
static bool
heap_extend(size_t size)
{
    size_t bytes = size + 2 * CHUNK_HEADER + CHUNK_UNIT;
    struct chunk *b;
    char *more;

    if (bytes < EXTENSION_MIN)
        bytes = EXTENSION_MIN;
    more = sbrk((ptrdiff_t)bytes);
    if (more == (char *)-1) {
        bytes = size + 2 * CHUNK_HEADER + CHUNK_UNIT;
        more = sbrk((ptrdiff_t)bytes);
    }
    if (more == (char *)-1)
        return false;
    if (last && more == (char *)chunk_content(last)) {
        b = last; /* what was the end becomes a chunk */
        b->size = bytes;
    } else {
        size_t gap = -(uintptr_t)more % CHUNK_UNIT;

        b = chunk_at(more, (ptrdiff_t)gap);
        *b = (struct chunk){.before = 0,
                            .size = (bytes - gap) & -(size_t)CHUNK_UNIT};
        b->size -= CHUNK_HEADER;
    }
    last = chunk_behind(b);
    last->before = b->size;
    last->size = CHUNK_IN_USE;
    chunk_free(b);
    return true;
}

struct chunk *
chunk_take(size_t size)
{
    struct chunk *b = chunk_find(size);

    if (!b && heap_extend(size))
        b = chunk_find(size);
    if (!b)
        return NULL;
    chunk_unlist(b);
    chunk_use(b, size);
    return b;
}

bool
chunk_resize(struct chunk *b, size_t size)
{
    struct chunk *behind = chunk_behind(b);

    if (size > chunk_size(b)) {
        size_t all = chunk_size(b) + behind->size;

        if ((behind->size & CHUNK_IN_USE) || size > all)
            return false;
        chunk_unlist(behind);
        b->size = all | CHUNK_IN_USE;
        chunk_behind(b)->before = all;
    }
    chunk_use(b, size);
    return true;
}

struct chunk *
chunk_cut(struct chunk *b, size_t front)
{
    struct chunk *second = chunk_at(b, (ptrdiff_t)front);

    second->before = front;
    second->size = (chunk_size(b) - front) | CHUNK_IN_USE;
    chunk_behind(second)->before = chunk_size(second);
    b->size = front | CHUNK_IN_USE;
    chunk_free(b);
    return second;
}

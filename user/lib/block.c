/* SPDX-License-Identifier: MIT */
#include <lib/block.h>

#include <unistd.h>

enum {
    EXACT_MAX = 512,
    EXACT_LISTS = EXACT_MAX / BLOCK_UNIT, /* list n: blocks of n + 1 units */
    EXACT_BITS = 9,                       /* 2 to this is EXACT_MAX */
    PART_BITS = 2, /* 2 to this: lists for one power of two */
    LISTS = EXACT_LISTS + ((64 - EXACT_BITS) << PART_BITS),
    WORD_BITS = 64,
    WORDS = (LISTS + WORD_BITS - 1) / WORD_BITS,
    EXTENSION_MIN = 16384,
};

static struct block *lists[LISTS];
static uint64_t has_blocks[WORDS];
static struct block *last; /* the end of the row; NULL: there is none yet */

/* -------------------------------------------------------------------- lists */

/* The list for blocks of `size` bytes. */
static unsigned
list_of(size_t size)
{
    unsigned power;

    if (size <= EXACT_MAX)
        return (unsigned)(size / BLOCK_UNIT) - 1;
    power = WORD_BITS - 1 - (unsigned)__builtin_clzl(size);
    return EXACT_LISTS + ((power - EXACT_BITS) << PART_BITS) +
           ((unsigned)(size >> (power - PART_BITS)) & ((1u << PART_BITS) - 1));
}

static void
block_list(struct block *b)
{
    unsigned list = list_of(b->size);

    b->previous = NULL;
    b->next = lists[list];
    if (b->next)
        b->next->previous = b;
    lists[list] = b;
    has_blocks[list / WORD_BITS] |= UINT64_C(1) << list % WORD_BITS;
}

static void
block_unlist(struct block *b)
{
    unsigned list = list_of(b->size);

    if (b->next)
        b->next->previous = b->previous;
    if (b->previous)
        b->previous->next = b->next;
    else
        lists[list] = b->next;
    if (!lists[list])
        has_blocks[list / WORD_BITS] &= ~(UINT64_C(1) << list % WORD_BITS);
}

/* A free block of at least `size` bytes, still in its list. In the list that
 * has that size too only the first is looked at; those behind have only larger
 * ones. */
static struct block *
block_find(size_t size)
{
    unsigned list = list_of(size);
    struct block *first = lists[list];

    if (first && first->size >= size)
        return first;
    list++;
    for (unsigned word = list / WORD_BITS; word < WORDS; word++) {
        uint64_t bits = has_blocks[word];

        if (word == list / WORD_BITS)
            bits &= ~UINT64_C(0) << list % WORD_BITS;
        if (bits)
            return lists[word * WORD_BITS + (unsigned)__builtin_ctzl(bits)];
    }
    return NULL;
}

/* ------------------------------------------------------------------- blocks */

void
block_free(struct block *b)
{
    struct block *behind = block_behind(b);

    b->size = block_size(b);
    if (!(behind->size & BLOCK_IN_USE)) {
        block_unlist(behind);
        b->size += behind->size;
    }
    if (b->before) {
        struct block *front = block_at(b, -(ptrdiff_t)b->before);

        if (!(front->size & BLOCK_IN_USE)) {
            block_unlist(front);
            front->size += b->size;
            b = front;
        }
    }
    block_behind(b)->before = b->size;
    block_list(b);
}

/* Takes a block that is in no list into use, for `size` bytes; what is more
 * than that becomes free. */
static void
block_use(struct block *b, size_t size)
{
    size_t all = block_size(b);

    b->size = size | BLOCK_IN_USE;
    if (all - size >= BLOCK_MIN) {
        struct block *rest = block_behind(b);

        rest->before = size;
        rest->size = all - size;
        block_free(rest);
    } else {
        b->size = all | BLOCK_IN_USE;
    }
}

/* Makes the heap longer, so that there is a free block of `size` bytes. Others
 * may use sbrk too: then a new row of blocks begins. */
static bool
heap_extend(size_t size)
{
    size_t bytes = size + 2 * BLOCK_HEADER + BLOCK_UNIT;
    struct block *b;
    char *more;

    if (bytes < EXTENSION_MIN)
        bytes = EXTENSION_MIN;
    more = sbrk((ptrdiff_t)bytes);
    if (more == (char *)-1) {
        bytes = size + 2 * BLOCK_HEADER + BLOCK_UNIT;
        more = sbrk((ptrdiff_t)bytes);
    }
    if (more == (char *)-1)
        return false;
    if (last && more == (char *)block_content(last)) {
        b = last; /* what was the end becomes a block */
        b->size = bytes;
    } else {
        size_t gap = -(uintptr_t)more % BLOCK_UNIT;

        b = block_at(more, (ptrdiff_t)gap);
        *b = (struct block){.before = 0,
                            .size = (bytes - gap) & -(size_t)BLOCK_UNIT};
        b->size -= BLOCK_HEADER;
    }
    last = block_behind(b);
    last->before = b->size;
    last->size = BLOCK_IN_USE;
    block_free(b);
    return true;
}

struct block *
block_take(size_t size)
{
    struct block *b = block_find(size);

    if (!b && heap_extend(size))
        b = block_find(size);
    if (!b)
        return NULL;
    block_unlist(b);
    block_use(b, size);
    return b;
}

bool
block_resize(struct block *b, size_t size)
{
    struct block *behind = block_behind(b);

    if (size > block_size(b)) {
        size_t all = block_size(b) + behind->size;

        if ((behind->size & BLOCK_IN_USE) || size > all)
            return false;
        block_unlist(behind);
        b->size = all | BLOCK_IN_USE;
        block_behind(b)->before = all;
    }
    block_use(b, size);
    return true;
}

struct block *
block_cut(struct block *b, size_t front)
{
    struct block *second = block_at(b, (ptrdiff_t)front);

    second->before = front;
    second->size = (block_size(b) - front) | BLOCK_IN_USE;
    block_behind(second)->before = block_size(second);
    b->size = front | BLOCK_IN_USE;
    block_free(b);
    return second;
}

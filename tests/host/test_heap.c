/* SPDX-License-Identifier: MIT */
/* The heap of user programs: random calls, what they must keep, and its
 * invariants. Memory comes from a toy sbrk that
 * sometimes refuses, and sometimes leaves a gap. */
#include "check.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lib/chunk.h>
#include <lib/lock.h>

#define sbrk toy_sbrk
#define malloc heap_malloc
#define free heap_free
#define calloc heap_calloc
#define realloc heap_realloc
#define memalign heap_memalign
#define posix_memalign heap_posix_memalign
#define malloc_usable_size heap_malloc_usable_size

void *toy_sbrk(ptrdiff_t bytes);
void *malloc(size_t bytes);
void free(void *content);
void *calloc(size_t count, size_t bytes);
void *realloc(void *content, size_t bytes);
void *memalign(size_t alignment, size_t bytes);
int posix_memalign(void **content, size_t alignment, size_t bytes);
size_t malloc_usable_size(void *content);

#include <lib/chunk.c>
#include <lib/malloc.c>

enum { ARENA_BYTES = 1 << 20, BLOCKS = 100, TURNS = 30000, ROWS_MAX = 64 };

static _Alignas(16) char arena[ARENA_BYTES];
static size_t arena_used;
static struct chunk *rows[ROWS_MAX]; /* the first block of each */
static unsigned row_count;
static bool leaves_gaps;

void
lock_acquire(struct __lock *lock)
{
    CHECK(!lock->is_taken);
    lock->is_taken = 1;
}

void *
toy_sbrk(ptrdiff_t bytes)
{
    char *more;
    size_t gap = leaves_gaps && check_below(4) == 0 ? 8 + check_below(40) : 0;

    if (row_count == ROWS_MAX || bytes < 0 ||
        arena_used + gap + (size_t)bytes > ARENA_BYTES)
        return (void *)-1;
    more = arena + arena_used + gap;
    if (gap || row_count == 0 || more != (char *)chunk_content(last))
        rows[row_count++] = (void *)(more + -(uintptr_t)more % CHUNK_UNIT);
    arena_used += gap + (size_t)bytes;
    return more;
}

static bool
is_listed(const struct chunk *wanted)
{
    for (const struct chunk *b = lists[list_of(chunk_size(wanted))]; b;
         b = b->next)
        if (b == wanted)
            return true;
    return false;
}

/* A2 to A4 of lib/chunk.h. Returns the number of free blocks. */
static unsigned
heap_check(void)
{
    unsigned free_blocks = 0, listed = 0;

    for (unsigned row = 0; row < row_count; row++) {
        struct chunk *b = rows[row];
        bool was_free = false;

        CHECK(b->before == 0);
        while (chunk_size(b) > 0) {
            bool is_free = !(b->size & CHUNK_IN_USE);

            CHECK(chunk_size(b) % CHUNK_UNIT == 0);
            CHECK(chunk_size(b) >= CHUNK_MIN);
            CHECK(chunk_behind(b)->before == chunk_size(b));
            CHECK(!(was_free && is_free));
            CHECK(is_listed(b) == is_free);
            free_blocks += is_free;
            was_free = is_free;
            b = chunk_behind(b);
        }
        CHECK(b->size == CHUNK_IN_USE);
    }
    for (unsigned list = 0; list < LISTS; list++) {
        bool bit = has_chunks[list / WORD_BITS] >> list % WORD_BITS & 1;

        CHECK(bit == (lists[list] != NULL));
        for (const struct chunk *b = lists[list]; b; b = b->next) {
            CHECK(list_of(b->size) == list);
            listed++;
        }
    }
    CHECK(listed == free_blocks);
    return free_blocks;
}

static unsigned char *blocks[BLOCKS];
static size_t sizes[BLOCKS];

static bool
chunk_is_whole(unsigned i)
{
    for (size_t at = 0; at < sizes[i]; at++)
        if (blocks[i][at] != (unsigned char)(i + at))
            return false;
    return true;
}

static void
chunk_fill(unsigned i)
{
    for (size_t at = 0; at < sizes[i]; at++)
        blocks[i][at] = (unsigned char)(i + at);
}

/* Gives blocks[i] another size, in one of the ways to do that. */
static void
chunk_change(unsigned i)
{
    size_t bytes = check_below(4) ? check_below(300) : check_below(20000);
    size_t alignment = (size_t)1 << check_below(10);
    unsigned char *moved;

    switch (check_below(4)) {
    case 0:
        heap_free(blocks[i]);
        blocks[i] = NULL;
        return;
    case 1:
        heap_free(blocks[i]);
        blocks[i] = heap_memalign(alignment, bytes);
        CHECK((uintptr_t)blocks[i] % alignment == 0);
        break;
    case 2:
        heap_free(blocks[i]);
        blocks[i] = heap_calloc(bytes, 1);
        for (size_t at = 0; blocks[i] && at < bytes; at++)
            CHECK(blocks[i][at] == 0);
        break;
    default:
        if (bytes == 0)
            bytes = 1;
        moved = heap_realloc(blocks[i], bytes);
        if (!moved)
            return; /* the old one is still there */
        if (blocks[i] && sizes[i] > bytes)
            sizes[i] = bytes;
        if (blocks[i]) {
            blocks[i] = moved;
            CHECK(chunk_is_whole(i));
        }
        blocks[i] = moved;
    }
    CHECK(!blocks[i] || heap_malloc_usable_size(blocks[i]) >= bytes);
    CHECK((uintptr_t)blocks[i] % CHUNK_UNIT == 0);
    sizes[i] = bytes;
    if (blocks[i])
        chunk_fill(i);
}

static void
test_random(void)
{
    for (unsigned turn = 0; turn < TURNS; turn++) {
        unsigned i = check_below(BLOCKS);

        CHECK(!blocks[i] || chunk_is_whole(i));
        chunk_change(i);
        if (turn % 50 == 0)
            heap_check();
    }
    for (unsigned i = 0; i < BLOCKS; i++) {
        heap_free(blocks[i]);
        blocks[i] = NULL;
    }
    heap_check();
}

static void
test_limits(void)
{
    void *content = arena;

    errno = 0;
    CHECK(!heap_malloc(SIZE_MAX) && errno == ENOMEM);
    errno = 0;
    CHECK(!heap_malloc(PTRDIFF_MAX / 2) && errno == ENOMEM);
    CHECK(!heap_calloc(SIZE_MAX / 2, 4));
    CHECK(!heap_memalign(1 << 12, SIZE_MAX - 5));
    CHECK(!heap_realloc(NULL, SIZE_MAX));
    CHECK(heap_posix_memalign(&content, 24, 8) == EINVAL);
    CHECK(heap_posix_memalign(&content, 64, 8) == 0);
    CHECK(!heap_realloc(content, 0));
    CHECK(heap_malloc_usable_size(NULL) == 0);
    heap_free(NULL);
}

int
main(void)
{
    test_limits();
    test_random();
    CHECK(heap_check() == row_count); /* all of it is one block again */
    leaves_gaps = true;
    test_random();
    test_limits();
    heap_check();
    return 0;
}

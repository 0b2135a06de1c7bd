/* SPDX-License-Identifier: MIT */
/* malloc. picolibc's walks a list of all free blocks, in malloc and in free;
 * here both take the same time however many there are (docs/adr/0010). */
#include <lib/block.h>

#include <lib/lock.h>

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Of all blocks. */
static struct __lock heap_lock;

/* The size of a block for `bytes` bytes of content; 0: no block is so large. */
static size_t
size_for(size_t bytes)
{
    size_t size = (bytes + BLOCK_HEADER + BLOCK_UNIT - 1) & -(size_t)BLOCK_UNIT;

    if (bytes > PTRDIFF_MAX / 2)
        return 0;
    return size < BLOCK_MIN ? BLOCK_MIN : size;
}

/* What a program gets of a block, or of none. */
static void *
content_or_error(struct block *b)
{
    if (b)
        return block_content(b);
    errno = ENOMEM;
    return NULL;
}

/* What malloc does. calloc must not call malloc by its name: gcc takes that,
 * with zeros written after it, for calloc. */
static void *
content_take(size_t bytes)
{
    size_t size = size_for(bytes);
    struct block *b = NULL;

    if (size) {
        lock_acquire(&heap_lock);
        b = block_take(size);
        lock_release(&heap_lock);
    }
    return content_or_error(b);
}

void *
malloc(size_t bytes)
{
    return content_take(bytes);
}

void
free(void *content)
{
    if (!content)
        return;
    lock_acquire(&heap_lock);
    block_free(block_of(content));
    lock_release(&heap_lock);
}

void *
calloc(size_t count, size_t bytes)
{
    size_t all;
    void *content;

    if (__builtin_mul_overflow(count, bytes, &all))
        return content_or_error(NULL);
    content = content_take(all);
    return content ? memset(content, 0, all) : NULL;
}

void *
realloc(void *content, size_t bytes)
{
    size_t size = size_for(bytes), old;
    bool is_done = false;
    void *moved;

    if (!content)
        return malloc(bytes);
    if (bytes == 0) {
        free(content);
        return NULL;
    }
    lock_acquire(&heap_lock);
    old = block_size(block_of(content)) - BLOCK_HEADER;
    is_done = size && block_resize(block_of(content), size);
    lock_release(&heap_lock);
    if (is_done)
        return content;
    moved = malloc(bytes);
    if (!moved)
        return NULL;
    memcpy(moved, content, old < bytes ? old : bytes);
    free(content);
    return moved;
}

size_t
malloc_usable_size(void *content)
{
    return content ? block_size(block_of(content)) - BLOCK_HEADER : 0;
}

/* The content lies at a multiple of `alignment`, a power of two. */
void *
memalign(size_t alignment, size_t bytes)
{
    size_t size = size_for(bytes);
    struct block *b;

    if (alignment <= BLOCK_UNIT || !size || alignment > PTRDIFF_MAX / 2)
        return malloc(bytes);
    lock_acquire(&heap_lock);
    b = block_take(size + alignment + BLOCK_MIN);
    if (b) {
        size_t front = -(uintptr_t)block_content(b) % alignment;

        if (front > 0 && front < BLOCK_MIN)
            front += alignment;
        if (front > 0)
            b = block_cut(b, front);
        (void)block_resize(b, size); /* smaller, so it can be */
    }
    lock_release(&heap_lock);
    return content_or_error(b);
}

int
posix_memalign(void **content, size_t alignment, size_t bytes)
{
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)))
        return EINVAL;
    *content = memalign(alignment, bytes);
    return *content ? 0 : ENOMEM;
}

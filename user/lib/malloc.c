/* SPDX-License-Identifier: MIT */
/* malloc. picolibc's walks a list of all free chunks, in malloc and in free;
 * here both take the same time however many there are (docs/adr/0010). */
#include <lib/chunk.h>

#include <lib/lock.h>

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Of all chunks. */
static struct __lock heap_lock;

/* The size of a chunk for `bytes` bytes of content; 0: no chunk is so large. */
static size_t
size_for(size_t bytes)
{
    size_t size = (bytes + CHUNK_HEADER + CHUNK_UNIT - 1) & -(size_t)CHUNK_UNIT;

    if (bytes > PTRDIFF_MAX / 2)
        return 0;
    return size < CHUNK_MIN ? CHUNK_MIN : size;
}

/* What a program gets of a chunk, or of none. */
static void *
content_or_error(struct chunk *b)
{
    if (b)
        return chunk_content(b);
    errno = ENOMEM;
    return NULL;
}

/* What malloc does. calloc must not call malloc by its name: gcc takes that,
 * with zeros written after it, for calloc. */
static void *
content_take(size_t bytes)
{
    size_t size = size_for(bytes);
    struct chunk *b = NULL;

    if (size) {
        lock_acquire(&heap_lock);
        b = chunk_take(size);
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
    chunk_free(chunk_of(content));
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
    old = chunk_size(chunk_of(content)) - CHUNK_HEADER;
    is_done = size && chunk_resize(chunk_of(content), size);
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
    return content ? chunk_size(chunk_of(content)) - CHUNK_HEADER : 0;
}

/* The content lies at a multiple of `alignment`, a power of two. */
void *
memalign(size_t alignment, size_t bytes)
{
    size_t size = size_for(bytes);
    struct chunk *b;

    if (alignment <= CHUNK_UNIT || !size || alignment > PTRDIFF_MAX / 2)
        return malloc(bytes);
    lock_acquire(&heap_lock);
    b = chunk_take(size + alignment + CHUNK_MIN);
    if (b) {
        size_t front = -(uintptr_t)chunk_content(b) % alignment;

        if (front > 0 && front < CHUNK_MIN)
            front += alignment;
        if (front > 0)
            b = chunk_cut(b, front);
        (void)chunk_resize(b, size); /* smaller, so it can be */
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

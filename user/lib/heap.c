/* SPDX-License-Identifier: MIT */
/* The memory of malloc: pages behind the program, which its own quota pays
 * for. They are mapped when they are asked for, some at a time, and never given
 * back before the program ends. */
#include <lib/heap.h>

#include <lib/syscall.h>

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

enum {
    HEAP_STEP_PAGES = 16,
    QUOTA_LEFT = 2, /* which value of an inspection (abi/inspect.h) */
};

extern char __end[]; /* where the program's last page ends (sections.ld) */

static handle_t process; /* pays for it */

static char *heap_break = __end; /* the end of what the program asked for */
static char *heap_end = __end;   /* the end of what is mapped */

void
heap_start(handle_t self)
{
    process = self;
}

/* Maps more pages behind the heap. */
static bool
heap_grow(uint64_t pages)
{
    handle_t memory;

    if (sys_memory_create(process, pages, &memory) != OK)
        return false;

    err_t mapped = sys_memory_map(process, memory, (uint64_t)heap_end, 0, pages,
                                  MEMORY_READ | MEMORY_WRITE);
    err_t closed = sys_handle_close(memory);

    if (mapped != OK || closed != OK)
        return false;
    heap_end += pages * PAGE_BYTES;
    return true;
}

/* Whether the quota has that many frames left. Who may not look tries. */
static bool
quota_has(uint64_t pages)
{
    struct inspection inspection;

    return sys_process_inspect(process, &inspection) != OK ||
           inspection.values[QUOTA_LEFT] > pages;
}

/* Maps at least `bytes` bytes more. What is wanted beyond that comes in pieces
 * as large as possible; near the end of the quota, or of long runs of free
 * frames, they are small. */
static bool
heap_extend(uint64_t bytes)
{
    uint64_t missing = (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    uint64_t pages = missing < HEAP_STEP_PAGES ? HEAP_STEP_PAGES : missing;

    if (!quota_has(missing))
        return false;
    while (missing > 0 && pages > 0) {
        if (pages > MEMORY_PAGES_MAX)
            pages = MEMORY_PAGES_MAX;
        if (!heap_grow(pages))
            pages /= 2;
        else if (missing <= pages)
            return true;
        else
            missing -= pages;
    }
    return false;
}

/* Moves the end of the heap by `bytes`. */
void *
sbrk(ptrdiff_t bytes)
{
    char *old = heap_break;

    if (bytes < __end - old) {
        errno = EINVAL;
        return (void *)-1;
    }
    if (heap_end - old < bytes &&
        !heap_extend((uint64_t)(bytes - (heap_end - old)))) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap_break = old + bytes;
    return old;
}

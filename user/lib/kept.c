/* SPDX-License-Identifier: MIT */
#include <lib/kept.h>

#include <lib/places.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdlib.h>

static size_t kept_bytes;

/* Maps the object called `name` behind what is mapped. */
static err_t
piece_map(const char *name, uint64_t pages)
{
    err_t error = sys_memory_map(startup_handle("self"), startup_handle(name),
                                 PLACE_KEPT + kept_bytes, 0, pages,
                                 MEMORY_READ | MEMORY_WRITE);

    if (error == OK)
        kept_bytes += pages * PAGE_BYTES;
    return error;
}

void *
kept_memory(size_t *bytes)
{
    const char *pages = startup_argument("kept");
    uint64_t left = pages && !kept_bytes ? strtoul(pages, NULL, 10) : 0;
    char name[] = "kept0";
    err_t error = OK;

    for (; left > 0 && error == OK; name[4]++) {
        uint64_t count = left < MEMORY_PAGES_MAX ? left : MEMORY_PAGES_MAX;

        error = piece_map(name, count);
        left -= count;
    }
    if (error != OK)
        abort(); /* half of it is worse than none: init tries again */
    *bytes = kept_bytes;
    return kept_bytes ? (void *)PLACE_KEPT : NULL;
}

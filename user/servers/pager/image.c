/* SPDX-License-Identifier: MIT */
#include "pager.h"

#include <lib/places.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <string.h>

/* Sources lie one behind the other from here on, in our own space; one page at
 * PLACE_PIECE is for what is being filled. */
#define PLACE_SOURCES (PLACE_PIECE + PAGE_BYTES)

static struct piece *
piece_add(struct image *image, uint64_t address, uint64_t pages,
          rights_t rights)
{
    struct piece *p;

    if (image->count == PIECES_MAX)
        return NULL;
    p = &image->pieces[image->count++];
    *p = (struct piece){address, pages, rights, HANDLE_NONE, NULL};
    return p;
}

/* Makes the source of a piece, of the `bytes` bytes at `content`. */
static err_t
source_make(struct piece *p, char *place, const char *content, uint64_t bytes)
{
    err_t error =
        sys_memory_create(startup_handle("self"), p->pages, &p->source);

    if (error == OK)
        error =
            sys_memory_map(startup_handle("self"), p->source, (uint64_t)place,
                           0, p->pages, MEMORY_READ | MEMORY_WRITE);
    if (error != OK)
        return error;
    memcpy(place, content, bytes);
    p->content = place;
    return OK;
}

/* Adds the pieces of a segment: those with content, then those without. */
static const char *
segment_add(struct image *image, const struct elf_segment *s, char **place)
{
    rights_t rights = MEMORY_READ | (s->is_writable ? MEMORY_WRITE : 0) |
                      (s->is_executable ? MEMORY_EXEC : 0);
    uint64_t filled = (s->content_bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    const char *content = s->content;
    uint64_t left = s->content_bytes;

    for (uint64_t done = 0, pages; done < s->pages; done += pages) {
        struct piece *p;
        uint64_t bytes;

        pages = (done < filled ? filled : s->pages) - done;
        if (pages > MEMORY_PAGES_MAX)
            pages = MEMORY_PAGES_MAX;
        p = piece_add(image, s->address + done * PAGE_BYTES, pages, rights);
        if (!p)
            return "is too large";
        if (done >= filled)
            continue;
        bytes = left < pages * PAGE_BYTES ? left : pages * PAGE_BYTES;
        if (source_make(p, *place, content, bytes) != OK)
            return "does not fit into memory";
        *place += pages * PAGE_BYTES;
        content += bytes;
        left -= bytes;
    }
    return NULL;
}

const char *
image_make(struct image *image, const void *file, size_t bytes)
{
    struct elf elf;
    char *place = (char *)PLACE_SOURCES;
    const char *problem = elf_read(file, bytes, &elf);

    if (problem)
        return problem;
    *image = (struct image){.entry = elf.entry, .loaded = elf.stack_pages};
    for (uint64_t i = 1; i <= STACK_PIECES; i++)
        (void)piece_add(image,
                        PLACE_STACK_TOP - i * MEMORY_PAGES_MAX * PAGE_BYTES,
                        MEMORY_PAGES_MAX, MEMORY_READ | MEMORY_WRITE);
    for (unsigned i = 0; i < elf.segment_count && !problem; i++) {
        problem = segment_add(image, &elf.segments[i], &place);
        image->loaded += elf.segments[i].pages;
    }
    return problem;
}

/* SPDX-License-Identifier: MIT */
/* The frame allocator against a model: one state for each frame. */
#include "frame.h"

#include "check.h"
#include "ram.h"

#include <string.h>

enum { OPERATIONS = 20000, MAP_WORD = 64 };

enum frame_state { OUTSIDE, FREE, TAKEN };

static enum frame_state model[RAM_PAGES];
static uint64_t start_page, end_page; /* what frame_init was told */

static paddr_t
page_address(uint64_t page)
{
    return RAM_START + page * PAGE_BYTES;
}

/* Starts anew: RAM [start, end) in pages, the first of them not free. */
static void
model_init(uint64_t start, uint64_t end, uint64_t free)
{
    uint64_t map_bytes = ((end - start + 63) / 64) * sizeof(uint64_t);
    uint64_t map_pages = (map_bytes + PAGE_BYTES - 1) / PAGE_BYTES;

    memset(phys_to_virt(RAM_START), 0xa5, (size_t)RAM_PAGES * PAGE_BYTES);
    start_page = start;
    end_page = end;
    for (uint64_t i = 0; i < RAM_PAGES; i++)
        model[i] = i >= free + map_pages && i < end ? FREE : OUTSIDE;
    frame_init(page_address(start), page_address(end), page_address(free));
}

static uint64_t
model_count_free(void)
{
    uint64_t count = 0;

    for (unsigned i = 0; i < RAM_PAGES; i++)
        count += model[i] == FREE;
    return count;
}

/* Whether `count` free frames lie in a row in one word of the map. */
static bool
model_has_run(unsigned count)
{
    unsigned run = 0;

    for (uint64_t i = start_page; i < end_page; i++) {
        if ((i - start_page) % MAP_WORD == 0)
            run = 0;
        run = model[i] == FREE ? run + 1 : 0;
        if (run >= count)
            return true;
    }
    return false;
}

/* Allocates and checks what came. Returns the first page, 0 for none. */
static uint64_t
try_alloc(unsigned count)
{
    bool expected = model_has_run(count);
    paddr_t start = frame_alloc(count);
    uint64_t page = (start - RAM_START) / PAGE_BYTES;

    CHECK((start != FRAME_NONE) == expected);
    if (start == FRAME_NONE)
        return 0;
    CHECK(start % PAGE_BYTES == 0 && start >= RAM_START);
    CHECK(page + count <= end_page);
    const char *bytes = phys_to_virt(start);
    for (unsigned i = 0; i < count; i++) {
        CHECK(model[page + i] == FREE); /* else: two own it */
        model[page + i] = TAKEN;
    }
    for (size_t i = 0; i < (size_t)count * PAGE_BYTES; i++)
        CHECK(bytes[i] == 0);
    memset(phys_to_virt(start), 0xa5, (size_t)count * PAGE_BYTES);
    return page;
}

/* Gives back taken frames from `page` on, at most `count` and those only that
 * are in one word. */
static void
free_some(uint64_t page, unsigned count)
{
    unsigned taken = 0;

    while (taken < count && page + taken < end_page &&
           model[page + taken] == TAKEN &&
           (page + taken - start_page) / MAP_WORD ==
               (page - start_page) / MAP_WORD)
        model[page + taken++] = FREE;
    if (taken > 0)
        frame_free(page_address(page), taken);
}

static void
test_random(uint64_t start, uint64_t end, uint64_t free)
{
    model_init(start, end, free);
    CHECK(frame_count_free() == model_count_free());
    for (unsigned i = 0; i < OPERATIONS; i++) {
        /* Sometimes it fills up, sometimes it empties. */
        bool grows = check_below(100) < (i / 1000 % 2 ? 65 : 35);
        unsigned count = 1 + check_below(check_below(8) ? 6 : FRAME_RUN_MAX);

        if (grows)
            try_alloc(count);
        else
            free_some(start + check_below((unsigned)(end - start)), count);
        CHECK(frame_count_free() == model_count_free());
    }
    while (try_alloc(1))
        ;
    CHECK(frame_count_free() == 0);
}

/* What lies behind the map is not the allocator's: the byte everywhere. */
static char *
behind_map(uint64_t free)
{
    uint64_t words = (end_page - start_page + 63) / 64;

    return (char *)phys_to_virt(page_address(free)) + words * 8;
}

static void
test_misuse(void)
{
    model_init(0, RAM_PAGES, 8);
    /* If the map were read behind its end all would seem to be taken. */
    memset(behind_map(8), 0, 64);
    uint64_t page = try_alloc(4);

    frame_free(page_address(page + 1), 2);
    CHECK_PANICS(frame_free(page_address(page + 1), 1)); /* twice */
    CHECK_PANICS(frame_free(page_address(page), 4));     /* partly twice */
    CHECK_PANICS(frame_free(page_address(RAM_PAGES), 1));
    CHECK_PANICS(frame_free(RAM_START - PAGE_BYTES, 1));
    CHECK_PANICS((void)!frame_alloc(0));
    CHECK_PANICS((void)!frame_alloc(FRAME_RUN_MAX + 1));
    frame_free(page_address(page), 1);
    frame_free(page_address(page + 3), 1);
    for (unsigned i = 0; i < 4; i++)
        model[page + i] = FREE;
    CHECK(frame_count_free() == model_count_free());

    while (try_alloc(1))
        ;
    CHECK_PANICS(frame_free(page_address(2 * MAP_WORD - 1), 2));
}

/* What is reserved is never given out, to the page, and may lie outside. */
static void
test_reserve(void)
{
    model_init(0, 200, 4);
    frame_reserve(page_address(100) + 1, page_address(130) - 1);
    for (unsigned i = 100; i < 130; i++)
        model[i] = OUTSIDE;
    frame_reserve(page_address(190), page_address(300));
    for (unsigned i = 190; i < 200; i++)
        model[i] = OUTSIDE;
    frame_reserve(0, RAM_START);
    frame_reserve(RAM_END, RAM_END + PAGE_BYTES);
    frame_reserve(page_address(50), page_address(50));
    for (unsigned i = 0; i < 64; i++)
        CHECK(behind_map(4)[i] == (char)0xa5);
    CHECK(frame_count_free() == model_count_free());
    while (try_alloc(1))
        ;
    CHECK(frame_count_free() == 0);
}

int
main(void)
{
    test_random(0, RAM_PAGES, 3);
    test_random(0, 700, 100); /* the last word is not whole */
    test_random(37, 901, 37);
    test_random(5, 60, 6); /* less than a word */
    test_misuse();
    test_reserve();
    return 0;
}

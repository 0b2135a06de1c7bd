/* SPDX-License-Identifier: MIT */
/* Records carved from the payer's own pages.
 *
 * A page holds records of one kind and one payer. Its first record's place
 * holds the page's header, so a record finds payer and kind by rounding its
 * own address down. One word says which places are free:
 *
 *     +--------+--------+--------+--   --+--------+
 *     | header | record |  free  |  ...  | record |    free = ...0100
 *     +--------+--------+--------+--   --+--------+
 *
 * O1  Bit i of `free` is set when place i exists and holds no record; bit 0
 *     never is.
 * O2  In a payer's list of pages those with a free place come first.
 * O3  A page without records does not exist.
 *
 * So what a process pays for can be found from the process, and goes with it
 * (DESIGN 4, "Payer"). */
#include "object.h"

#include "frame.h"

struct record_page {
    struct list link; /* in payer->pages[kind] */
    struct payer *payer;
    uint64_t free;
    uint64_t all; /* what `free` is when there is no record */
    uint64_t record_bytes;
    enum record_kind kind;
};

_Static_assert(sizeof(struct record_page) <= RECORD_SMALL_BYTES,
               "the header takes the place of one record");

void
payer_init(struct payer *payer, uint64_t quota)
{
    payer->quota = quota;
    for (unsigned kind = 0; kind < RECORD_KINDS; kind++)
        list_init(&payer->pages[kind]);
}

paddr_t
payer_take(struct payer *payer, unsigned count)
{
    paddr_t start;

    if (payer->quota < count)
        return FRAME_NONE;
    start = frame_alloc(count);
    if (start != FRAME_NONE)
        payer->quota -= count;
    return start;
}

void
payer_give_back(struct payer *payer, paddr_t start, unsigned count)
{
    frame_free(start, count);
    payer->quota += count;
}

static struct record_page *
record_page(const void *record)
{
    return (struct record_page *)((uintptr_t)record &
                                  ~(uintptr_t)(PAGE_BYTES - 1));
}

static void *
record_at(struct record_page *page, unsigned place)
{
    return (char *)page + place * page->record_bytes;
}

static struct record_page *
record_page_create(struct payer *payer, enum record_kind kind)
{
    struct record_page *page;
    paddr_t frame = payer_take(payer, 1);

    assert(frame != FRAME_NONE);
    page = phys_to_virt(frame);
    page->payer = payer;
    page->kind = kind;
    page->record_bytes = kind == RECORD_THREAD || kind == RECORD_PROCESS
                             ? RECORD_LARGE_BYTES
                             : RECORD_SMALL_BYTES;
    page->all = page->free = page->record_bytes == RECORD_LARGE_BYTES
                                 ? UINT64_C(0xfe)
                                 : ~UINT64_C(1);
    list_insert(payer->pages[kind].next, &page->link);
    return page;
}

bool
record_has_room(const struct payer *payer, enum record_kind kind)
{
    const struct list *pages = &payer->pages[kind];

    return !list_is_empty(pages) && /* O2 */
           list_first(pages, struct record_page, link)->free != 0;
}

void *
record_alloc(struct payer *payer, enum record_kind kind)
{
    struct record_page *page;
    unsigned place;
    uint64_t *record;

    if (record_has_room(payer, kind))
        page = list_first(&payer->pages[kind], struct record_page, link);
    else
        page = record_page_create(payer, kind);
    place = (unsigned)__builtin_ctzll(page->free);
    page->free &= page->free - 1;
    if (page->free == 0) { /* O2: full pages to the end */
        list_remove(&page->link);
        list_insert(&payer->pages[kind], &page->link);
    }
    record = record_at(page, place);
    for (uint64_t i = 0; i < page->record_bytes / sizeof(*record); i++)
        record[i] = 0;
    return record;
}

void
record_free(void *record)
{
    struct record_page *page = record_page(record);
    uint64_t place = ((uintptr_t)record - (uintptr_t)page) / page->record_bytes;

    assert(!(page->free >> place & 1));
    if (DEBUG)
        for (uint64_t i = 0; i < page->record_bytes / sizeof(uint64_t); i++)
            ((uint64_t *)record)[i] = POISON_WORD;
    page->free |= UINT64_C(1) << place;
    list_remove(&page->link);
    if (page->free == page->all)
        payer_give_back(page->payer, virt_to_phys(page), 1);
    else
        list_insert(page->payer->pages[page->kind].next, &page->link);
}

struct payer *
record_payer(const void *record)
{
    return record_page(record)->payer;
}

void *
record_any(const struct payer *payer, enum record_kind kind)
{
    const struct list *pages = &payer->pages[kind];
    struct record_page *page;
    uint64_t used;

    if (list_is_empty(pages))
        return NULL;
    page = list_first(pages, struct record_page, link);
    used = page->all & ~page->free;
    return record_at(page, (unsigned)__builtin_ctzll(used));
}

void *
record_find(const struct payer *payer, enum record_kind kind,
            bool (*visit)(const void *record, uint64_t wanted), uint64_t wanted)
{
    list_for_each (link, &payer->pages[kind]) {
        struct record_page *page = container_of(link, struct record_page, link);
        for (uint64_t used = page->all & ~page->free; used; used &= used - 1) {
            void *record = record_at(page, (unsigned)__builtin_ctzll(used));
            if (visit(record, wanted))
                return record;
        }
    }
    return NULL;
}

bool
record_is_full(const struct payer *payer, enum record_kind kind, unsigned limit)
{
    unsigned count = 0;

    if (record_has_room(payer, kind))
        return false;
    list_for_each (link, &payer->pages[kind])
        count++;
    return count >= limit;
}

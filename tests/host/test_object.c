/* SPDX-License-Identifier: MIT */
/* Records and who pays for them, against a list of all records.
 *
 * Nothing is asked of the module's own pages: that full pages go to the end
 * (O2) shows in that no frame is paid for while a page has room, that empty
 * pages go (O3) in that the frames come back. Every record is filled with a
 * pattern of its own, so two at one place would be seen. */
#include "object.h"

#include "check.h"
#include "frame.h"
#include "ram.h"

enum { PAYERS = 3, RECORDS_MAX = 1500, OPERATIONS = 40000, QUOTA = 60 };

struct known_record {
    uint64_t *memory;
    struct payer *payer;
    enum record_kind kind;
    uint64_t pattern;
};

static struct known_record records[RECORDS_MAX];
static unsigned record_count;
static struct payer payers[PAYERS];

static unsigned
kind_bytes(enum record_kind kind)
{
    return kind == RECORD_THREAD || kind == RECORD_PROCESS ? RECORD_LARGE_BYTES
                                                           : RECORD_SMALL_BYTES;
}

static uintptr_t
page_of(const void *record)
{
    return (uintptr_t)record / PAGE_BYTES;
}

/* How many records lie in the page of records[index]. */
static unsigned
page_population(unsigned index)
{
    unsigned count = 0;

    for (unsigned i = 0; i < record_count; i++)
        count += page_of(records[i].memory) == page_of(records[index].memory);
    return count;
}

/* What a payer has in records of a kind. */
struct holding {
    unsigned records, pages, full_pages;
};

static struct holding
holding_count(const struct payer *payer, enum record_kind kind)
{
    unsigned places = PAGE_BYTES / kind_bytes(kind) - 1;
    struct holding h = {0};

    for (unsigned i = 0; i < record_count; i++) {
        bool is_new = true;

        if (records[i].payer != payer || records[i].kind != kind)
            continue;
        h.records++;
        for (unsigned j = 0; j < i && is_new; j++)
            is_new = page_of(records[j].memory) != page_of(records[i].memory);
        if (is_new) {
            h.pages++;
            h.full_pages += page_population(i) == places;
        }
    }
    return h;
}

static void
allocate(struct payer *payer, enum record_kind kind)
{
    struct holding before = holding_count(payer, kind);
    bool has_room = before.pages > before.full_pages;
    uint64_t quota = payer->quota;
    uint64_t *memory;

    CHECK(record_has_room(payer, kind) == has_room);
    CHECK(record_cost(payer, kind) == (has_room ? 0 : 1));
    if (quota < record_cost(payer, kind)) {
        CHECK_PANICS(record_alloc(payer, kind));
        return;
    }
    memory = record_alloc(payer, kind);
    CHECK(payer->quota == quota - (has_room ? 0 : 1));
    CHECK((uintptr_t)memory % kind_bytes(kind) == 0);
    CHECK(record_payer(memory) == payer);
    records[record_count] =
        (struct known_record){memory, payer, kind, check_random()};
    for (unsigned i = 0; i < kind_bytes(kind) / 8; i++) {
        CHECK(memory[i] == 0);
        memory[i] = records[record_count].pattern + i;
    }
    record_count++;
}

/* Nobody has written to the record. */
static void
check_intact(const struct known_record *r)
{
    for (unsigned i = 0; i < kind_bytes(r->kind) / 8; i++)
        CHECK(r->memory[i] == r->pattern + i);
}

static void
release(unsigned index)
{
    struct known_record r = records[index];
    bool is_last = page_population(index) == 1;
    uint64_t quota = r.payer->quota;

    check_intact(&r);
    records[index] = records[--record_count];
    record_free(r.memory);
    CHECK(r.payer->quota == quota + (is_last ? 1 : 0));
}

static unsigned visits;

static bool
visit(const void *record, uint64_t wanted)
{
    visits++;
    return *(const uint64_t *)record == wanted;
}

/* Each record is found by its pattern, others never, and all are visited. */
static void
check_search(struct payer *payer, enum record_kind kind)
{
    struct holding h = holding_count(payer, kind);
    const void *any = record_any(payer, kind);
    bool is_known = false;

    for (unsigned i = 0; i < record_count; i++) {
        const struct known_record *r = &records[i];
        bool is_here = r->payer == payer && r->kind == kind;

        is_known = is_known || (is_here && r->memory == any);
        if (check_below(20) == 0)
            CHECK(record_find(payer, kind, visit, r->pattern) ==
                  (is_here ? r->memory : NULL));
    }
    CHECK(any == NULL ? h.records == 0 : is_known);
    visits = 0;
    CHECK(record_find(payer, kind, visit, 0) == NULL);
    CHECK(visits == h.records);

    bool is_full = h.full_pages == h.pages;
    CHECK(record_is_full(payer, kind, h.pages) == is_full);
    CHECK(!record_is_full(payer, kind, h.pages + 1));
    if (h.pages > 0)
        CHECK(record_is_full(payer, kind, h.pages - 1) == is_full);
}

static void
test_random(void)
{
    uint64_t free = frame_count_free();

    for (unsigned i = 0; i < OPERATIONS; i++) {
        struct payer *payer = &payers[check_below(PAYERS)];
        enum record_kind kind = check_below(RECORD_KINDS);
        bool grows = check_below(100) < (i / 4000 % 2 ? 40 : 60);

        if (grows && record_count < RECORDS_MAX)
            allocate(payer, kind);
        else if (record_count > 0)
            release(check_below(record_count));
        if (i % 400 == 0)
            check_search(payer, kind);
    }
    while (record_count > 0)
        release(check_below(record_count));
    CHECK(frame_count_free() == free);
    for (unsigned i = 0; i < PAYERS; i++)
        CHECK(payers[i].quota == QUOTA);
}

/* A payer that cannot pay gets nothing, and nothing is taken from it. */
static void
test_quota(void)
{
    struct payer poor;
    paddr_t frames;
    uint64_t *record;

    payer_init(&poor, 3);
    CHECK(payer_take(&poor, 4) == FRAME_NONE && poor.quota == 3);
    frames = payer_take(&poor, 2);
    CHECK(frames != FRAME_NONE && poor.quota == 1);
    record = record_alloc(&poor, RECORD_THREAD);
    CHECK(record != NULL && poor.quota == 0);
    CHECK(record_alloc(&poor, RECORD_THREAD) != NULL); /* the same page */
    CHECK_PANICS(record_alloc(&poor, RECORD_PROCESS));
    CHECK(record_any(&poor, RECORD_PROCESS) == NULL);
    payer_give_back(&poor, frames, 2);
    CHECK(poor.quota == 2);
    record_free(record);
    CHECK_PANICS(record_free(record)); /* twice */
    record_free(record_any(&poor, RECORD_THREAD));
    CHECK(poor.quota == 3);
}

int
main(void)
{
    frame_init(RAM_START, RAM_END, RAM_START);
    for (unsigned i = 0; i < PAYERS; i++)
        payer_init(&payers[i], QUOTA);
    test_random();
    test_quota();
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* The heap of deadlines, against a list that is searched from end to end. */
#include "deadline.h"

#include "check.h"

#include <stdlib.h>

enum { STEPS = 20000 };

/* Threads with their own allocations, so that ASan watches over each. */
static struct thread *all[THREAD_IDS];

/* What the heap should know: 0 is no deadline. */
static uint64_t wishes[THREAD_IDS];

static unsigned
number_of(const struct thread *t)
{
    return thread_id(t);
}

static void
set(unsigned n, uint64_t ticks)
{
    deadline_set(all[n], ticks, ticks ^ n);
    wishes[n] = ticks;
    CHECK((all[n]->deadline_place != 0) == (ticks != 0));
}

static uint64_t
earliest(unsigned count)
{
    uint64_t ticks = UINT64_MAX;

    for (unsigned n = 0; n < count; n++)
        if (wishes[n] != 0 && wishes[n] < ticks)
            ticks = wishes[n];
    return ticks;
}

/* All that is due at `now` comes out, earliest first, each once; no more. */
static unsigned
expire(unsigned count, uint64_t now)
{
    unsigned expired = 0;

    for (;; expired++) {
        uint64_t first = earliest(count);
        const struct thread *t;
        unsigned n;

        CHECK(deadline_first() == first);
        t = deadline_expire(now);
        CHECK((t != NULL) == (first <= now && first != UINT64_MAX));
        if (!t)
            return expired;
        n = number_of(t);
        CHECK(n < count && t == all[n]);
        CHECK(wishes[n] == first);
        CHECK(t->deadline_bits == (first ^ n));
        CHECK(t->deadline_place == 0);
        wishes[n] = 0;
    }
}

/* Each thread with a deadline knows its place, and no two have the same: all
 * places from 1 to their number are taken. */
static void
check_places(unsigned count)
{
    static bool is_taken[THREAD_IDS + 1];
    unsigned with = 0;

    for (unsigned n = 0; n < count; n++)
        with += wishes[n] != 0;
    for (unsigned place = 0; place <= with; place++)
        is_taken[place] = false;
    for (unsigned n = 0; n < count; n++) {
        unsigned place = all[n]->deadline_place;

        CHECK((place != 0) == (wishes[n] != 0));
        CHECK(place <= with);
        CHECK(place == 0 || !is_taken[place]);
        is_taken[place] = true;
    }
}

/* Whatever comes: wishes, changes of mind, the passing of time. Times are few,
 * so that many are equal. */
static void
test_random(unsigned count, unsigned span)
{
    uint64_t now = 1;

    for (unsigned step = 0; step < STEPS; step++) {
        unsigned n = check_below(count);

        switch (check_below(8)) {
        case 0:
            set(n, 0);
            break;
        case 1:
            now += check_below(span / 8 + 1);
            expire(count, now);
            break;
        default:
            set(n, now + check_below(span));
        }
        CHECK(deadline_first() == earliest(count));
        if (step % 16 == 0)
            check_places(count);
    }
    expire(count, UINT64_MAX);
    CHECK(deadline_first() == UINT64_MAX);
    CHECK(deadline_expire(UINT64_MAX) == NULL);
}

/* Every thread there can be has one. */
static void
test_full(void)
{
    uint64_t before = 0;

    for (unsigned n = 0; n < THREAD_IDS; n++)
        set(n, 1 + check_random() % 100000);
    check_places(THREAD_IDS);
    for (unsigned n = 0; n < THREAD_IDS; n += 3)
        set(n, 0);
    check_places(THREAD_IDS);
    for (;;) {
        const struct thread *t = deadline_expire(UINT64_MAX - 1);

        if (!t)
            break;
        CHECK(t->deadline >= before && wishes[number_of(t)] == t->deadline);
        before = t->deadline;
        wishes[number_of(t)] = 0;
    }
    CHECK(earliest(THREAD_IDS) == UINT64_MAX);
}

int
main(void)
{
    static const unsigned counts[] = {1, 2, 3, 4, 7, 8, 40, 300};

    for (unsigned n = 0; n < THREAD_IDS; n++) {
        all[n] = calloc(1, sizeof(*all[n]));
        CHECK(all[n] != NULL);
        all[n]->token = n;
    }
    CHECK(deadline_first() == UINT64_MAX);
    CHECK(deadline_expire(UINT64_MAX) == NULL);
    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        test_random(counts[i], 4);
        test_random(counts[i], 1000);
    }

    /* The end of time is a deadline like others, but is nobody's hurry. */
    set(0, UINT64_MAX);
    CHECK(deadline_first() == UINT64_MAX);
    CHECK(deadline_expire(UINT64_MAX - 1) == NULL);
    set(0, 0);
    test_full();
    for (unsigned n = 0; n < THREAD_IDS; n++)
        free(all[n]);
    return 0;
}

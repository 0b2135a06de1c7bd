/* SPDX-License-Identifier: MIT */
/* Address-space identifiers: no two spaces share one, but 0, and all that the
 * harts have are used. */
#include "asid.h"

#include "check.h"

#include <stdlib.h>

static bool taken[ASID_MAX + 1];

/* Takes one and checks it. False when there is none left. */
static bool
take(unsigned limit)
{
    unsigned asid = asid_alloc();

    if (asid == ASID_SHARED)
        return false;
    CHECK(asid <= limit);
    CHECK(!taken[asid]);
    taken[asid] = true;
    return true;
}

static void
give_back(unsigned asid)
{
    CHECK(taken[asid]);
    taken[asid] = false;
    asid_free(asid);
}

static void
test_limit(unsigned limit)
{
    unsigned count = 0;

    asid_init(limit);
    for (unsigned i = 0; i < limit; i++)
        CHECK(take(limit));
    CHECK(!take(limit)); /* all are out: share 0 */
    asid_free(ASID_SHARED);
    CHECK(!take(limit));

    /* Any that comes back is found again, wherever it lies. */
    for (unsigned i = 0; limit > 0 && i < 500; i++) {
        unsigned asid = 1 + check_below(limit);

        if (taken[asid]) {
            give_back(asid);
            asid_free(ASID_SHARED); /* which must not come back */
            CHECK_PANICS(asid_free(asid));
            count++;
        }
        if (check_below(3) == 0 && count > 0) {
            CHECK(take(limit));
            count--;
        }
    }
    for (; count > 0; count--)
        CHECK(take(limit));
    CHECK(!take(limit));
    for (unsigned asid = 1; asid <= limit; asid++)
        give_back(asid);
}

int
main(void)
{
    static const unsigned limits[] = {0,   1,   2,   62,  63,   64,      65,
                                      127, 128, 255, 511, 1023, ASID_MAX};

    for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        test_limit(limits[i]);
    test_limit(1); /* after a larger one */
    return 0;
}

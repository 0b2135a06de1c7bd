/* SPDX-License-Identifier: MIT */
/* Handle tables and the derivation tree against their model, at random. */
#include "handle_model.h"

#include "check.h"

enum { OPERATIONS = 40000, TURN = 500, COPIES = 14, MAPPINGS = 32 };

/* Everything is done to what comes first. */
static bool chooses_first;

unsigned
handle_model_choose(unsigned limit)
{
    return chooses_first ? 0 : check_below(limit);
}

/* Tables fill up and empty by turns. */
static enum handle_operation
operation_draw(bool grows)
{
    static const enum handle_operation makes[] = {
        HANDLE_CREATE, HANDLE_DERIVE, HANDLE_DERIVE, HANDLE_DERIVE,
        HANDLE_MINT,   HANDLE_MAP,    HANDLE_FAULT,
    };
    static const enum handle_operation others[] = {HANDLE_MOVE, HANDLE_CLOSE,
                                                   HANDLE_DELETE, HANDLE_UNMAP};

    if (check_below(100) == 0)
        return check_below(8) ? HANDLE_REVOKE : HANDLE_RETIRE;
    return grows ? makes[check_below(7)] : others[check_below(4)];
}

/* Below one handle there is more than a step takes away. */
static void
test_crowd(void)
{
    chooses_first = true;
    handle_model_step(HANDLE_CREATE);
    for (unsigned i = 0; i < COPIES; i++)
        handle_model_step(HANDLE_DERIVE);
    for (unsigned i = 0; i < MAPPINGS; i++)
        handle_model_step(HANDLE_MAP);
    handle_model_step(HANDLE_REVOKE);
    handle_model_step(HANDLE_CLOSE);
    chooses_first = false;
}

int
main(void)
{
    handle_model_start();
    test_crowd();
    for (unsigned i = 0; i < OPERATIONS; i++) {
        unsigned share = i / TURN % 2 ? 35 : 75;

        handle_model_step(operation_draw(check_below(100) < share));
    }
    for (unsigned table = 0; table < 3; table++)
        CHECK(handle_model_names(table) > 1000);
    handle_model_end();
    return 0;
}

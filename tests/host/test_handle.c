/* SPDX-License-Identifier: MIT */
/* Handle tables and the derivation tree against their model, at random. */
#include "handle_model.h"

#include "check.h"

enum { OPERATIONS = 40000, TURN = 500 };

unsigned
handle_model_choose(unsigned limit)
{
    return check_below(limit);
}

/* Tables fill up and empty by turns. */
static enum handle_operation
operation_draw(bool grows)
{
    static const enum handle_operation makes[] = {
        HANDLE_CREATE, HANDLE_DERIVE, HANDLE_DERIVE,
        HANDLE_DERIVE, HANDLE_MINT,   HANDLE_MAP,
    };
    static const enum handle_operation others[] = {HANDLE_MOVE, HANDLE_CLOSE,
                                                   HANDLE_DELETE, HANDLE_UNMAP};

    return grows ? makes[check_below(6)] : others[check_below(4)];
}

int
main(void)
{
    handle_model_start();
    for (unsigned i = 0; i < OPERATIONS; i++) {
        unsigned share = i / TURN % 2 ? 35 : 75;

        handle_model_step(operation_draw(check_below(100) < share));
    }
    for (unsigned table = 0; table < 3; table++)
        CHECK(handle_model_names(table) > 1000);
    handle_model_end();
    return 0;
}

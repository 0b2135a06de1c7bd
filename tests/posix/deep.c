/* SPDX-License-Identifier: MIT */
/* Calls itself until it has used 3 MB of stack. tests/test_posix.py builds it
 * with STACK=0x400000, and once without. */
#include "check.h"

enum { DEPTH = 3000, FRAME_BYTES = 1000 };

static int
descend(int depth)
{
    volatile char room[FRAME_BYTES];

    room[depth % FRAME_BYTES] = 1;
    return depth ? descend(depth - 1) + room[depth % FRAME_BYTES] : 0;
}

int
main(void)
{
    check("a deep stack", descend(DEPTH) == DEPTH);
    return checks_end("deep");
}

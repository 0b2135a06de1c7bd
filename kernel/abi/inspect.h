/* SPDX-License-Identifier: MIT */
/* What the inspection calls tell, register by register.
 *
 *            of a thread                     of a process
 *     a1     thread id                       number
 *     a2     number of its process           number of its creator, 0: none
 *     a3     state, priority, base (below)   frames that its quota has left
 *     a4     instructions it was billed      frames that it was given
 *     a5     whom it waits for: below        threads
 *     a6     pending signals                 1 if it is ending, else 0
 *     t1 t2  0                               its name, 16 characters
 *
 * Numbers of processes mean nothing but "the same one" while it lives. */
#pragma once

enum {
    INSPECT_STATE_SHIFT = 0, /* enum inspect_state, 8 bits */
    INSPECT_PRIORITY_SHIFT = 8,
    INSPECT_BASE_SHIFT = 16,
};

/* What a thread does, and whom it waits for (a5). */
enum inspect_state {
    INSPECT_RUNNING = 0,
    INSPECT_READY = 1,
    INSPECT_RECEIVING = 2, /* number of the endpoint */
    INSPECT_SENDING = 3,   /* the same */
    INSPECT_CALLING = 4,   /* the same */
    INSPECT_SERVED = 5,    /* number of the process that is to reply */
    INSPECT_ENDED = 6,
    INSPECT_SIGNAL = 7,  /* 0 */
    INSPECT_FAULTED = 8, /* number of the endpoint */
    INSPECT_PAGED = 9,   /* number of the process that is to answer */
    INSPECT_NOTICE = 10, /* number of the endpoint */
};

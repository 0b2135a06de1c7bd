/* SPDX-License-Identifier: MIT */
/* What costs.c and its partner (partner.c) agree on.
 *
 * The partner's first thread answers questions; a second one, which is more
 * urgent than all of costs.c, plays the role that is measured. It keeps a
 * tally of what happened to it, so that no round can be skipped. */
#pragma once

#include <abi/syscall.h>

#include <stdint.h>

enum {
    /* The question "who plays the role?" is answered by a handle to that
     * thread, which signals ROLES_BITS; "what is your tally?" by a number. */
    ROLES_THREAD = 1,
    ROLES_TALLY = 2,

    ROLES_BITS = 4,
};

/* Where the partner puts the memory that it is granted. */
#define ROLES_DEVICE UINT64_C(0x3040000000)
#define ROLES_SHARED UINT64_C(0x3040001000)

/* What a spinning thread and a driver share. The spinner stores its count of
 * instructions all the time; the driver notes, when an interrupt comes, how
 * many have been retired since. */
enum { ROLES_SAMPLES = 256 };

struct roles_shared {
    uint64_t now;
    uint64_t is_done; /* all samples are there */
    uint64_t samples[ROLES_SAMPLES];
};

_Static_assert(sizeof(struct roles_shared) <= PAGE_BYTES, "it is one page");

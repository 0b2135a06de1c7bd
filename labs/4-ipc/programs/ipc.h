/* SPDX-License-Identifier: MIT */
/* What the driver and the programs that it starts agree on. */
#pragma once

#include <abi/message.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdlib.h>

/* Each sender is granted so many handles to its endpoint, "to0" to "to2".
 * The first has no badge; the others have badges of their own. */
enum { SENDER_HANDLES = 3 };

/* Whoever is started is an *actor* and has a number, from 1 on. In the ledger,
 * memory that all programs share, each notes under its number what its calls
 * came to. The driver reads it: so no report travels by message. */
enum { ACTORS_MAX = 100, NOTES_MAX = 8, LEDGER_PAGES = 2 };

#define LEDGER_PLACE UINT64_C(0x3030000000) /* beside those of lib/places.h */

struct notes {
    uint64_t count;
    uint64_t notes[NOTES_MAX]; /* error << 32 | label */
};

_Static_assert(sizeof(struct notes) * ACTORS_MAX <=
                   (size_t)LEDGER_PAGES * PAGE_BYTES,
               "the ledger has room for all");

/* Maps the ledger that was granted. */
static inline void
ledger_open(void)
{
    if (sys_memory_map(startup_handle("self"), startup_handle("ledger"),
                       LEDGER_PLACE, 0, LEDGER_PAGES,
                       MEMORY_READ | MEMORY_WRITE) != OK)
        exit(1);
}

/* Notes that a call of `actor` came back with `error`, and, if that is OK and
 * it was a receive, with the label of `header`. */
static inline void
ledger_note(uint64_t actor, err_t error, uint64_t header)
{
    struct notes *notes = &((struct notes *)LEDGER_PLACE)[actor];

    if (notes->count < NOTES_MAX)
        notes->notes[notes->count++] =
            (uint64_t)error << 32 | (header & MESSAGE_LABEL_MASK);
}

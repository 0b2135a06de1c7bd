/* SPDX-License-Identifier: MIT */
/* What the driver and the programs that it starts agree on. */
#pragma once

#include <abi/message.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdbool.h>
#include <stdlib.h>

/* Each sender is granted so many handles to its endpoint, "to0" to "to2".
 * The first has no badge; the others have badges of their own. */
enum { SENDER_HANDLES = 3 };

/* Whoever is started is an *actor* and has a number, from 1 on. In the ledger,
 * memory that all programs share, each notes under its number what its calls
 * came to. The driver reads it: so no report travels by message. */
enum { ACTORS_MAX = 100, NOTES_MAX = 8, LEDGER_PAGES = 2 };

#define LEDGER_PLACE UINT64_C(0x3030000000) /* beside those of lib/places.h */

/* A note is error << 32 | label, and this if registers changed that carry
 * nothing. */
#define NOTE_MORE_CHANGED (UINT64_C(1) << 63)

struct notes {
    uint64_t count;
    uint64_t notes[NOTES_MAX];
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

static inline void
ledger_add(uint64_t actor, uint64_t note)
{
    struct notes *notes = &((struct notes *)LEDGER_PLACE)[actor];

    if (notes->count < NOTES_MAX)
        notes->notes[notes->count++] = note;
}

/* Notes that a call of `actor` came back with `error`, and, if that is OK and
 * it was a receive, with the label of `header`. */
static inline void
ledger_note(uint64_t actor, err_t error, uint64_t header)
{
    ledger_add(actor, (uint64_t)error << 32 | (header & MESSAGE_LABEL_MASK));
}

/* Notes what a send of `actor` came to, unless all is as it should be. */
static inline void
ledger_note_send(uint64_t actor, err_t error, bool is_kept)
{
    if (error != OK || !is_kept)
        ledger_add(actor,
                   (uint64_t)error << 32 | (is_kept ? 0 : NOTE_MORE_CHANGED));
}

/* What a register holds before a call that should not read it, or should
 * write it: its name is the last two digits. A record with this in it means
 * that nobody wrote the register. */
#define POISON(name) (UINT64_C(0xbad0bad0bad00000) | (name))

/* Sends, as sys_endpoint_send does, and tells whether all registers but a0
 * were kept. It stays one function with one ecall, so that the host can count
 * its calls. */
__attribute__((noipa, unused)) static err_t
message_send(handle_t endpoint, const struct message *m, bool *is_kept)
{
    register uint64_t a0 __asm__("a0") = endpoint;
    register uint64_t a1 __asm__("a1") = m->header;
    register uint64_t a2 __asm__("a2") = m->words[0];
    register uint64_t a3 __asm__("a3") = m->words[1];
    register uint64_t a4 __asm__("a4") = m->words[2];
    register uint64_t a5 __asm__("a5") = m->words[3];
    register uint64_t a6 __asm__("a6") = m->words[4];
    register uint64_t a7 __asm__("a7") = SYS_ENDPOINT_SEND;
    register uint64_t t0 __asm__("t0") = POISON(0xb0);
    register uint64_t t1 __asm__("t1") = POISON(0xb1);
    register uint64_t t2 __asm__("t2") = POISON(0xb2);

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4),
                       "+r"(a5), "+r"(a6), "+r"(a7), "+r"(t0), "+r"(t1),
                       "+r"(t2)
                     :
                     : "memory");
    *is_kept = a1 == m->header && a2 == m->words[0] && a3 == m->words[1] &&
               a4 == m->words[2] && a5 == m->words[3] && a6 == m->words[4] &&
               a7 == SYS_ENDPOINT_SEND && t0 == POISON(0xb0) &&
               t1 == POISON(0xb1) && t2 == POISON(0xb2);
    return (err_t)a0;
}

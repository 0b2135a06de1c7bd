/* SPDX-License-Identifier: MIT */
/* What chaos.c draws from: dice, and pools of what its calls brought.
 *
 * All threads share the pools, and nothing in them is locked: a stale handle is
 * as good as any. Kinds of handles that a call wants in particular are also
 * kept apart, or most calls would end at the first check. */
#pragma once

#include "tally.h"

#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>

#include <stdbool.h>
#include <stddef.h>

enum {
    PORTS = 4,
    POOL = 48,
    FEW = 8,
    PRIORITY_LOW = 33, /* above fuzz.c, which runs when all are stuck */
    PRIORITY_HIGH = 40,
};

static struct tally *const tally = (struct tally *)TALLY_PLACE;

static handle_t self, devices, irq_root, machine;
static handle_t ports[PORTS]; /* as granted, if they are still there */
static handle_t pool[POOL];
static handle_t memories[FEW], children[FEW];
static handle_t signals[FEW]; /* threads' handles with badges */
static handle_t lines[FEW];   /* interrupts */
static token_t tokens[FEW], lent[FEW], faults[FEW];
static struct {
    uint64_t address, pages;
} mapped[FEW];
static bool is_supervised; /* so that a fault is not the end */

/* One thread's dice, and where in the pool its last handle came from. */
struct dice {
    uint64_t state;
    handle_t *drawn;
};

static uint64_t
roll(struct dice *d, uint64_t sides)
{
    return (test_random(&d->state) >> 16) % sides;
}

static bool
chance(struct dice *d, unsigned percent)
{
    return roll(d, 100) < percent;
}

/* One of a few. */
static handle_t
some_of(struct dice *d, const handle_t few[FEW])
{
    return few[roll(d, FEW)];
}

static handle_t *
pool_place(struct dice *d)
{
    return &pool[roll(d, POOL)];
}

/* Some handle, mostly one that there is. */
static handle_t
some_handle(struct dice *d)
{
    handle_t handle;

    d->drawn = pool_place(d);
    handle = *d->drawn;
    if (chance(d, 2))
        return HANDLE_NAME(roll(d, 4), roll(d, 64));
    return chance(d, 5) ? self : handle;
}

/* A process, mostly ourselves. */
static handle_t
some_process(struct dice *d)
{
    if (chance(d, 15))
        return some_of(d, children);
    return chance(d, 80) ? self : some_handle(d);
}

/* What the program was given and has soon nothing to do without. */
static bool
is_granted(handle_t handle)
{
    for (unsigned i = 0; i < PORTS; i++)
        if (handle == ports[i])
            return true;
    return handle == self || handle == devices || handle == irq_root ||
           handle == machine;
}

/* One to close, to move or to kill: none that was granted. Copies of those
 * do as well, and leave the program something to go on with. */
static handle_t
other_handle(struct dice *d)
{
    handle_t handle = some_handle(d);

    return is_granted(handle) ? HANDLE_NONE : handle;
}

/* Puts a handle into the pool. What is thrown out for it is mostly closed, or
 * the table would soon be full. */
static void
pool_put(struct dice *d, handle_t handle)
{
    handle_t *place = pool_place(d);
    handle_t old = *place;

    *place = handle;
    if (!is_granted(old) && chance(d, 90))
        (void)!sys_handle_close(old);
}

/* The same for one of a few. */
static void
few_put(struct dice *d, handle_t few[FEW], handle_t handle)
{
    unsigned n = (unsigned)roll(d, FEW);
    handle_t old = few[n];

    few[n] = handle;
    if (old != HANDLE_NONE && chance(d, 90))
        (void)!sys_handle_close(old);
}

static rights_t
some_rights(struct dice *d)
{
    return chance(d, 70) ? RIGHTS_ALL : (rights_t)roll(d, 0x101);
}

/* Pages near borders: of tables, of the user half, and just anywhere. */
static uint64_t
some_address(struct dice *d)
{
    static const uint64_t places[] = {
        UINT64_C(0x2040000000), /* 1 GiB */
        UINT64_C(0x2080200000), /* 2 MiB */
        UINT64_C(0x2080000000), UINT64_C(0x4000000000), UINT64_C(0x20c0000000),
    };
    uint64_t place = places[roll(d, sizeof(places) / sizeof(places[0]))];

    if (chance(d, 1))
        return test_random(&d->state);
    return place + roll(d, 8) * PAGE_BYTES - 4 * PAGE_BYTES;
}

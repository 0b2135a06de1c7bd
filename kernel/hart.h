/* SPDX-License-Identifier: MIT */
/* What each hart owns, and the one lock. */
#pragma once

#include "layout.h"
#include "riscv.h"
#include "types.h"

struct thread;

/* While a hart is in the kernel, tp points at its record. */
struct hart {
    void *stack;            /* top of the kernel stack */
    struct thread *current; /* what it runs, or ran last */
    uint64_t satp;          /* the word in its satp register, see space.h */
    uint32_t *lock;         /* kernel_lock, where trap.S finds it quickly */
    uint64_t kernel_satp;   /* the word for the kernel's own tables */
    uint32_t id;
    bool is_slice_armed;
};

_Static_assert(offsetof(struct hart, stack) == HART_STACK, "trap.S");
_Static_assert(offsetof(struct hart, current) == HART_CURRENT, "trap.S");
_Static_assert(offsetof(struct hart, satp) == HART_SATP, "trap.S");
_Static_assert(offsetof(struct hart, lock) == HART_LOCK, "trap.S");

/* Taken in trap_entry, dropped in trap_exit and while a hart idles. */
extern uint32_t kernel_lock;

static inline struct hart *
hart_this(void)
{
    return riscv_tp();
}

/* Gives the booting hart its record; until then hart_this must not be used.
 * It holds the lock from here on. */
void hart_init(uint32_t id);

/* Goes over to the kernel's own tables: nobody's root is in use here then. */
void hart_leave_space(void);

/* For a panic: if tp no longer points at a hart's record, lets it point at the
 * first one's, so that hart_this can be used. */
void hart_mend(void);

/* Waits, with the lock dropped and on the kernel's own tables, until an
 * interrupt is pending. */
void hart_idle(void);

/* SPDX-License-Identifier: MIT */
/* What each hart owns, and the one lock. */
#pragma once

#include "layout.h"
#include "riscv.h"
#include "types.h"

struct thread;
struct trace_ring;

/* While a hart is in the kernel, tp points at its record. All fields are under
 * the lock. */
struct hart {
    void *stack;            /* top of the kernel stack */
    struct thread *current; /* what it runs, or ran last; NULL while idle */
    uint64_t satp;          /* the word in its satp register, see space.h */
    uint32_t *lock;         /* kernel_lock, where trap.S finds it quickly */
    uint64_t id;            /* the firmware's name for it */
    uint64_t slice_end;     /* ticks; while is_slice_armed */
    uint64_t bill_start;    /* instructions, when the bill below was opened */
    uint16_t bill_thread;   /* id of the thread that pays for them */
    bool is_slice_armed;
    bool is_flush_due;   /* it idles, and what it remembers may be wrong */
    bool is_interrupted; /* a software interrupt is on its way */
    struct trace_ring *trace;
};

_Static_assert(offsetof(struct hart, stack) == HART_STACK, "trap.S");
_Static_assert(offsetof(struct hart, current) == HART_CURRENT, "trap.S");
_Static_assert(offsetof(struct hart, satp) == HART_SATP, "trap.S");
_Static_assert(offsetof(struct hart, lock) == HART_LOCK, "trap.S");
_Static_assert(offsetof(struct hart, id) == HART_ID, "entry.S");
_Static_assert(sizeof(struct hart) == HART_BYTES, "entry.S");

/* Taken in trap_entry, dropped in trap_exit and while a hart idles. */
extern uint32_t kernel_lock;

/* The harts that run, in the order in which they were started. */
extern struct hart harts[HART_MAX];
extern unsigned hart_count;

static inline struct hart *
hart_this(void)
{
    return riscv_tp();
}

static inline unsigned
hart_index(const struct hart *hart)
{
    return (unsigned)(hart - harts);
}

/* Gives the booting hart its record; until then hart_this must not be used.
 * It holds the lock from here on. */
void hart_init(uint64_t id);

/* Starts another hart, which goes to kernel_join and waits for the lock there.
 * False: the firmware refused. */
MUST_CHECK bool hart_start(uint64_t id);

/* Sets the control registers of the hart that it runs on. */
void hart_setup(void);

/* The word for the kernel's own tables, once there are some. */
void hart_kernel_space_set(uint64_t satp);

/* Goes over to the kernel's own tables: nobody's root is in use here then. */
void hart_leave_space(void);

/* Whether a hart's satp names the root of `satp`. */
bool hart_uses_space(uint64_t satp);

/* Makes another hart come into the kernel soon, if it is not about to. */
void hart_interrupt(struct hart *hart);

/* All harts forget the translations of [va, va + bytes) in address space
 * `asid`; FLUSH_ALL bytes: of all of it. */
#define FLUSH_ALL UINT64_MAX
void hart_flush(vaddr_t va, uint64_t bytes, unsigned asid);

/* All harts fetch code anew that was stored before this call. */
void hart_flush_code(void);

/* For a panic: if tp no longer points at a hart's record, lets it point at the
 * first one's, so that hart_this can be used. */
void hart_mend(void);

/* Waits, with the lock dropped and on the kernel's own tables, until an
 * interrupt is pending. */
void hart_idle(void);

/* Drops the lock for a moment, so that another hart can get into the kernel. */
void hart_pause(void);

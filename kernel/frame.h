/* SPDX-License-Identifier: MIT */
/* Frames: physical pages of RAM that belong to nobody. */
#pragma once

#include "layout.h"
#include "types.h"

enum { FRAME_NONE = 0, FRAME_RUN_MAX = 64 };

/* Where the kernel sees physical address `p`, and the reverse. Host tests
 * bring a memory of their own. */
#ifdef CHASKI_HOST
void *phys_to_virt(paddr_t p);
paddr_t virt_to_phys(const void *v);
#else
static inline void *
phys_to_virt(paddr_t p)
{
    return (void *)(p + KERNEL_BASE);
}

static inline paddr_t
virt_to_phys(const void *v)
{
    return (paddr_t)v - KERNEL_BASE;
}
#endif

/* Makes the allocator ready for RAM [start, end), all of it taken. The map it
 * needs, a bit a frame, is laid at the front of [free, end), which must be RAM
 * that nobody uses; what is left of that range is then free. Addresses are
 * multiples of a page. */
void frame_init(paddr_t start, paddr_t end, paddr_t free);

/* Takes [start, end) out of the free frames again. */
void frame_reserve(paddr_t start, paddr_t end);

/* `count` (1 to 64) frames in a row, all bytes zero; FRAME_NONE if there is no
 * such run. */
MUST_CHECK paddr_t frame_alloc(unsigned count);

/* Gives back `count` frames from `start`, a part or the whole of a run. They
 * must be taken. */
void frame_free(paddr_t start, unsigned count);

uint64_t frame_count_free(void);

/* Whether `p` is RAM, which the kernel sees; devices it mostly does not. */
bool frame_is_ram(paddr_t p);

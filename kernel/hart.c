/* SPDX-License-Identifier: MIT */
/* Harts: how they begin, idle, and reach one another.
 *
 * C1  hart_count harts run; each is in user mode, idle, or at the lock, but
 *     for the one that holds it.
 * C2  hart->satp is what the satp register holds, whenever the lock is free.
 *
 * C3  A hart that rests (its `current` is NULL) fences itself before it runs a
 *     thread again, if a fence was due meanwhile.
 *
 * So whoever holds the lock knows what all the others run, and a fence that
 * it asks for is made before they run anything else. */
#include "hart.h"

#include "frame.h"
#include "sbi.h"

extern char hart_stacks[];
extern const uint64_t hart_entry; /* physical, in entry.S */

/* Reads of the clock for which hart_pause leaves the lock alone. */
enum { PAUSE_READS = 100 };

uint32_t kernel_lock;
struct hart harts[HART_MAX];
unsigned hart_count;

static uint64_t kernel_satp;

static struct hart *
hart_add(uint64_t id)
{
    struct hart *hart = &harts[hart_count++];

    hart->id = id;
    hart->stack = hart_stacks + (size_t)HART_STACK_BYTES * hart_count;
    hart->lock = &kernel_lock;
    return hart;
}

void
hart_setup(void)
{
    /* No floating point or vectors: nobody saves their registers, so they
     * would carry one program's secrets to the next. */
    CSR_CLEAR(sstatus, SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_FS |
                           SSTATUS_VS | SSTATUS_SUM | SSTATUS_MXR);
    CSR_WRITE(scounteren, 7); /* programs may read cycle, time, instret */
    CSR_WRITE(sie, SIE_SSIE | SIE_SEIE);
}

void
hart_init(uint64_t id)
{
    struct hart *hart = hart_add(id);

    hart->satp = CSR_READ(satp);
    riscv_tp_set(hart);
    riscv_lock(&kernel_lock);
    hart_setup();
}

bool
hart_start(uint64_t id)
{
    hart_add(id); /* first: entry.S looks for it */
    if (sbi_hart_start(id, hart_entry))
        return true;
    hart_count--;
    return false;
}

void
hart_kernel_space_set(uint64_t satp)
{
    kernel_satp = satp;
}

void
hart_leave_space(void)
{
    struct hart *hart = hart_this();

    hart->satp = kernel_satp;
    CSR_WRITE(satp, hart->satp);
}

bool
hart_uses_space(uint64_t satp)
{
    for (unsigned i = 0; i < hart_count; i++)
        if (harts[i].satp == satp)
            return true;
    return false;
}

void
hart_interrupt(struct hart *hart)
{
    if (hart == hart_this() || hart->is_interrupted)
        return;
    hart->is_interrupted = true;
    sbi_hart_interrupt(hart->id);
}

/* The other harts that have to be fenced now, by their ids. Those that idle
 * run nobody's code and need not be woken for it: they will forget everything
 * before they do. */
static uint64_t
hart_fence_others(void)
{
    uint64_t ids = 0;

    for (unsigned i = 0; i < hart_count; i++) {
        if (&harts[i] == hart_this())
            continue;
        if (harts[i].current)
            ids |= UINT64_C(1) << harts[i].id;
        else
            harts[i].is_flush_due = true;
    }
    return ids;
}

void
hart_flush(vaddr_t va, uint64_t bytes, unsigned asid)
{
    uint64_t others = hart_fence_others();

    if (bytes == FLUSH_ALL)
        riscv_flush_asid(asid);
    else
        for (uint64_t done = 0; done < bytes; done += PAGE_BYTES)
            riscv_flush_page(va + done, asid);
    if (others)
        sbi_flush(others, va, bytes, asid);
}

void
hart_flush_code(void)
{
    uint64_t others = hart_fence_others();

    riscv_flush_code();
    if (others)
        sbi_flush_code(others);
}

/* Takes the lock again after a rest, and makes up for the fences that this hart
 * was spared meanwhile. */
static void
hart_back(void)
{
    struct hart *hart = hart_this();

    riscv_lock(&kernel_lock);
    if (!hart->is_flush_due)
        return;
    hart->is_flush_due = false;
    riscv_flush_all();
    riscv_flush_code();
}

void
hart_idle(void)
{
    hart_leave_space(); /* the process may end meanwhile */
    hart_this()->current = NULL;
    riscv_unlock(&kernel_lock);
    riscv_wait();
    hart_back();
}

void
hart_pause(void)
{
    hart_this()->current = NULL; /* it may have ended, and its record gone */
    riscv_unlock(&kernel_lock);
    for (unsigned i = 0; i < PAUSE_READS; i++)
        riscv_time();
    hart_back();
}

void
hart_mend(void)
{
    const struct hart *hart = hart_this();

    for (unsigned i = 0; i < HART_MAX; i++)
        if (hart == &harts[i])
            return;
    riscv_tp_set(&harts[0]);
}

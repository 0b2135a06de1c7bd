/* SPDX-License-Identifier: MIT */
/* A hart with nothing to do, and a hart at its beginning. */
#include "hart.h"

extern char hart_stacks[];

uint32_t kernel_lock;

static struct hart harts[HART_MAX];

void
hart_init(uint32_t id)
{
    struct hart *hart = &harts[0];

    hart->id = id;
    hart->stack = hart_stacks + HART_STACK_BYTES;
    hart->lock = &kernel_lock;
    hart->satp = CSR_READ(satp);
    riscv_tp_set(hart);
    riscv_lock(&kernel_lock);
    /* No floating point or vectors: nobody saves their registers, so they
     * would carry one program's secrets to the next. */
    CSR_CLEAR(sstatus, SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_FS |
                           SSTATUS_VS | SSTATUS_SUM | SSTATUS_MXR);
    CSR_WRITE(scounteren, 7); /* programs may read cycle, time, instret */
    CSR_WRITE(sie, 0);
}

void
hart_leave_space(void)
{
    struct hart *hart = hart_this();

    hart->satp = hart->kernel_satp;
    CSR_WRITE(satp, hart->satp);
}

void
hart_idle(void)
{
    hart_leave_space(); /* the process may end meanwhile */
    riscv_unlock(&kernel_lock);
    riscv_wait();
    riscv_lock(&kernel_lock);
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

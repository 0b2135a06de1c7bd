/* SPDX-License-Identifier: MIT */
/* riscv.h for a file of the kernel that is compiled for this machine, as if it
 * had no instructions of RISC-V in it.
 *
 * Included before the kernel's file is, it reads riscv.h with its assembly
 * taken out, and gives the calls that matter to functions of the test. So the
 * test sees which fences the kernel's own code asks for, and when. */
#pragma once

#define __asm__(...)
#include "riscv.h"
#undef __asm__

#define riscv_flush_page fake_flush_page
#define riscv_flush_asid fake_flush_asid
#define riscv_flush_all fake_flush_all
#define riscv_flush_code fake_flush_code
#define riscv_tp fake_tp
#define riscv_tp_set fake_tp_set
#define riscv_time fake_time
#define riscv_wait fake_wait
#undef CSR_READ
#undef CSR_WRITE
#undef CSR_CLEAR
#define CSR_READ(name) fake_##name##_read()
#define CSR_WRITE(name, value) fake_##name##_write(value)
#define CSR_CLEAR(name, bits) fake_##name##_clear(bits)

void fake_flush_page(uint64_t vaddr, uint64_t asid);
void fake_flush_asid(uint64_t asid);
void fake_flush_all(void);
void fake_flush_code(void);
void *fake_tp(void);
void fake_tp_set(void *tp);
uint64_t fake_time(void);
void fake_wait(void);
uint64_t fake_satp_read(void);
void fake_satp_write(uint64_t satp);

/* Registers that no test looks at. */
static inline void
fake_sstatus_clear(uint64_t bits)
{
    (void)bits;
}

static inline void
fake_scounteren_write(uint64_t value)
{
    (void)value;
}

static inline void
fake_sie_write(uint64_t value)
{
    (void)value;
}

/* SPDX-License-Identifier: MIT */
/* Calls into M-mode. OpenSBI answers each before the next instruction.
 *
 * A remote fence is made by the other harts' firmware, in M-mode, even while
 * they spin on the kernel lock with interrupts off: so it may be asked for
 * under that lock. */
#include "sbi.h"

#include "riscv.h"

enum {
    SBI_LEGACY_PUTCHAR = 1,  /* [sbi 5.2] */
    SBI_TIME = 0x54494d45,   /* [sbi 6] */
    SBI_IPI = 0x735049,      /* [sbi 7] */
    SBI_RFENCE = 0x52464e43, /* [sbi 8] */
    SBI_RFENCE_CODE = 0,
    SBI_RFENCE_ASID = 2,
    SBI_HSM = 0x48534d, /* [sbi 9] */
    SBI_HSM_START = 0,
    SBI_SRST = 0x53525354, /* [sbi 10] */
    SBI_SRST_FAILURE = 1,
};

/* SBI(extension, function, argument...): up to five arguments. */
#define SBI(extension, function, ...)                                          \
    riscv_sbi_call(extension, function, (const uint64_t[5]){__VA_ARGS__})

void
sbi_console_put(char c)
{
    SBI(SBI_LEGACY_PUTCHAR, 0, (uint8_t)c);
}

void
sbi_timer_set(uint64_t ticks)
{
    SBI(SBI_TIME, 0, ticks);
}

void
sbi_hart_interrupt(uint64_t hart_id)
{
    SBI(SBI_IPI, 0, 1, hart_id);
}

void
sbi_flush(uint64_t harts, uint64_t va, uint64_t bytes, uint64_t asid)
{
    SBI(SBI_RFENCE, SBI_RFENCE_ASID, harts, 0, va, bytes, asid);
}

void
sbi_flush_code(uint64_t harts)
{
    SBI(SBI_RFENCE, SBI_RFENCE_CODE, harts, 0);
}

bool
sbi_hart_start(uint64_t hart_id, uint64_t address)
{
    return SBI(SBI_HSM, SBI_HSM_START, hart_id, address, 0).error == 0;
}

void
sbi_shutdown(bool is_failure)
{
    SBI(SBI_SRST, 0, 0, is_failure ? SBI_SRST_FAILURE : 0);
    for (;;)
        riscv_wait();
}

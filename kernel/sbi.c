/* SPDX-License-Identifier: MIT */
/* Calls into M-mode. OpenSBI answers each before the next instruction. */
#include "sbi.h"

#include "riscv.h"

enum {
    SBI_LEGACY_PUTCHAR = 1, /* [sbi 5.2] */
    SBI_TIME = 0x54494d45,  /* [sbi 6] */
    SBI_SRST = 0x53525354,  /* [sbi 10] */
    SBI_SRST_FAILURE = 1,
};

void
sbi_console_put(char c)
{
    riscv_sbi_call(SBI_LEGACY_PUTCHAR, 0, (uint8_t)c, 0);
}

void
sbi_timer_set(uint64_t ticks)
{
    riscv_sbi_call(SBI_TIME, 0, ticks, 0);
}

void
sbi_shutdown(bool is_failure)
{
    riscv_sbi_call(SBI_SRST, 0, 0, is_failure ? SBI_SRST_FAILURE : 0);
    for (;;)
        riscv_wait();
}

/* SPDX-License-Identifier: MIT */
/* One table, for faults of programs (fault.c) and of the kernel (panic.c). */
#include "cause.h"

#include "riscv.h"

const char *
cause_text(uint64_t cause)
{
    static const char *const texts[] = {
        [CAUSE_FETCH_MISALIGNED] = "jump to an odd address",
        [CAUSE_FETCH_ACCESS] = "fetch where there is no memory",
        [CAUSE_ILLEGAL] = "illegal instruction",
        [CAUSE_BREAKPOINT] = "breakpoint instruction",
        [CAUSE_LOAD_MISALIGNED] = "misaligned load",
        [CAUSE_LOAD_ACCESS] = "load where there is no memory",
        [CAUSE_STORE_MISALIGNED] = "misaligned store",
        [CAUSE_STORE_ACCESS] = "store where there is no memory",
        [CAUSE_USER_CALL] = "system call",
        [CAUSE_FETCH_PAGE] = "fetch from a page that is not executable",
        [CAUSE_LOAD_PAGE] = "load from a page that is not readable",
        [CAUSE_STORE_PAGE] = "store to a page that is not writable",
    };

    if (cause < sizeof(texts) / sizeof(texts[0]) && texts[cause])
        return texts[cause];
    return "unknown trap";
}

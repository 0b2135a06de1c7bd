/* SPDX-License-Identifier: MIT */
#include <lib/cause.h>

const char *
cause_text(uint64_t cause)
{
    /* By the number that scause has [priv 10.1.8]. */
    static const char *const texts[] = {
        [0] = "jump to an odd address",
        [1] = "fetch where there is no memory",
        [2] = "illegal instruction",
        [3] = "breakpoint instruction",
        [4] = "misaligned load",
        [5] = "load where there is no memory",
        [6] = "misaligned store",
        [7] = "store where there is no memory",
        [12] = "fetch from a page that is not executable",
        [13] = "load from a page that is not readable",
        [15] = "store to a page that is not writable",
    };

    if (cause < sizeof(texts) / sizeof(texts[0]) && texts[cause])
        return texts[cause];
    return "unknown fault";
}

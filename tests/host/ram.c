/* SPDX-License-Identifier: MIT */
/* The host's side of phys_to_virt: an address outside RAM is a bug. */
#include "ram.h"

#include "check.h"

static char ram[(size_t)RAM_PAGES * PAGE_BYTES]
    __attribute__((aligned(PAGE_BYTES)));

void *
phys_to_virt(paddr_t p)
{
    CHECK(p >= RAM_START && p < RAM_END);
    return ram + (p - RAM_START);
}

paddr_t
virt_to_phys(const void *v)
{
    const char *at = v;

    CHECK(at >= ram && at < ram + sizeof(ram));
    return RAM_START + (paddr_t)(at - ram);
}

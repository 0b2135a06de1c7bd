/* SPDX-License-Identifier: MIT */
/* What the kernel needs to know of its machine, read from the device tree. */
#pragma once

#include "layout.h"
#include "types.h"

enum { FDT_BOOTARGS_BYTES = 1024 };

/* A device's registers; 0 bytes: there is none. */
struct device_range {
    paddr_t start;
    uint64_t bytes;
};

/* Fields the tree does not speak of are 0 or empty. */
struct machine_description {
    paddr_t memory_start; /* the first range of RAM */
    uint64_t memory_bytes;
    uint64_t timebase_hertz;
    unsigned hart_count;
    uint64_t hart_ids[HART_MAX]; /* of the first ones */
    bool has_sstc;               /* every hart has its own timer compare */
    paddr_t finisher;            /* the "sifive,test0" power-off register */
    struct device_range clint;
    struct device_range plic;
    unsigned plic_contexts[HART_MAX]; /* of these harts in S-mode */
    paddr_t initrd_start;
    paddr_t initrd_end;
    char bootargs[FDT_BOOTARGS_BYTES]; /* cut if longer */
};

/* The whole length of the tree at `blob`, or 0 if no tree begins there or it
 * claims less than a header or more than `limit` bytes. */
uint64_t fdt_bytes(const void *blob, uint64_t limit);

/* Fills `machine` from the tree of `bytes` bytes at `blob`. False if the tree
 * is not well formed; it is never read outside those bytes. */
MUST_CHECK bool fdt_read(const void *blob, uint64_t bytes,
                         struct machine_description *machine);

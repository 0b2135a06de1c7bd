/* SPDX-License-Identifier: MIT */
/* How the first process, init, comes to life.
 *
 * The boot archive (cpio, "newc") is what the loader passes as initrd. Its
 * first file is init: a flat image whose first page is the header below.
 * The kernel copies the pages behind it, maps them with the rights named,
 * and starts one thread at `entry` with these registers:
 *
 *     sp   top of a stack of BOOT_STACK_PAGES pages
 *     a0   bytes of the boot archive, a1 bytes of the device tree
 *     a2   frames that the quota holds, a3 byte offset of the archive and
 *          a4 byte offset of the tree in the first page of their objects
 *
 * The rest of the registers are 0. The handles below are in its table. */
#pragma once

#include "rights.h"

#include <stdint.h>

#define BOOT_IMAGE_MAGIC UINT64_C(0x31696b7361686331) /* "1chaski1" */

struct boot_image {
    uint64_t magic;
    uint64_t base;         /* address of this page; the next one is text */
    uint64_t entry;        /* address */
    uint64_t text_pages;   /* read, execute */
    uint64_t rodata_pages; /* read */
    uint64_t data_pages;   /* read, write */
    uint64_t bss_pages;    /* read, write, zero, not in the file */
};

#define BOOT_HANDLE(index) HANDLE_NAME(1, index)

/* Slot 0 of every table is kept for the fault handle. */
#define BOOT_PROCESS BOOT_HANDLE(1)     /* itself, all rights */
#define BOOT_THREAD BOOT_HANDLE(2)      /* its only thread */
#define BOOT_ARCHIVE BOOT_HANDLE(3)     /* memory, read */
#define BOOT_DEVICE_TREE BOOT_HANDLE(4) /* memory, read */
#define BOOT_MACHINE BOOT_HANDLE(5)     /* log, inspect, trace, power */
#define BOOT_DEVICES BOOT_HANDLE(6)     /* memory, to cut devices from */
#define BOOT_IRQS BOOT_HANDLE(7)        /* irq, to make lines from */
#define BOOT_TRACE BOOT_HANDLE(8)       /* memory, read: see trace.h */

enum {
    BOOT_SLOTS = 256,
    BOOT_STACK_PAGES = 4,
    BOOT_PRIORITY_MAX = 63,
    BOOT_PRIORITY = 32,
};

/* The stack ends here, below USER_TOP; no program is linked near it. */
#define BOOT_STACK_TOP 0x3ffffff000ull

/* SPDX-License-Identifier: MIT */
/* Where things are in a process's address space.
 *
 *     0x0010000000   programs of the boot image, 16 MiB for each (Makefile)
 *                    one of them here; its heap grows behind it
 *     0x3000000000   init: the boot archive
 *     0x3010000000   init: the device tree
 *     0x3020000000   spawn: the piece of the child that is being filled
 *     0x3030000000   a service: the memory that is kept when it ends
 *     0x3040000000   a driver: its device's registers, then memory for DMA
 *     0x3ffffff000   the first thread's stack ends here (abi/boot.h)
 *
 * Those in the middle are near each other to share page tables. */
#pragma once

#include <abi/boot.h>

#define PLACE_ARCHIVE UINT64_C(0x3000000000)
#define PLACE_TREE UINT64_C(0x3010000000)
#define PLACE_PIECE UINT64_C(0x3020000000)
#define PLACE_KEPT UINT64_C(0x3030000000)
#define PLACE_DEVICE UINT64_C(0x3040000000)
#define PLACE_STACK_TOP UINT64_C(0x3ffffff000)

_Static_assert(PLACE_STACK_TOP == BOOT_STACK_TOP,
               "programs and init have their stacks at the same place");

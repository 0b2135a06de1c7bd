/* SPDX-License-Identifier: MIT */
/* A memory for modules that think in physical addresses. */
#pragma once

#include "frame.h"

enum { RAM_PAGES = 1024 };

/* Where it begins, as on QEMU's virt machine, and where it ends. */
#define RAM_START UINT64_C(0x80000000)
#define RAM_END (RAM_START + (uint64_t)RAM_PAGES * PAGE_BYTES)

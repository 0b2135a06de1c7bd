/* SPDX-License-Identifier: MIT */
/* The C library's ground: see libc.c. */
#pragma once

#include <abi/rights.h>

/* Tells where memory comes from, the process itself, and where output goes,
 * the machine's log. HANDLE_NONE: there is none. Comes before any other use
 * of the C library.
 *
 * That every program calls this has a second effect: the linker takes libc.c
 * and lock.c before it looks into picolibc, which has an sbrk and locks of its
 * own for machines without a system. */
void libc_start(handle_t self, handle_t machine);

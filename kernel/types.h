/* SPDX-License-Identifier: MIT */
/* The scalars that carry meaning, and the few words every file uses. */
#pragma once

#include "abi/error.h"
#include "abi/rights.h"
#include "abi/syscall.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr_t; /* a physical address; 0 is never RAM */
typedef uint64_t vaddr_t; /* an address of the space that is spoken of */
typedef uint64_t uaddr_t; /* what a program called an address: a number */

#define MUST_CHECK __attribute__((warn_unused_result))
/* Not on the message path, and must not be compiled into it. */
#define COLD __attribute__((noinline, cold))
#define APART __attribute__((noinline))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define container_of(pointer, type, member)                                    \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* How much a loop over handles, threads or objects does before it lets
 * something more urgent run (DESIGN 3, "Bounded"). */
enum { STEP_ITEMS = 32 };

/* What debug builds fill freed memory with: no pointer, and no small number. */
#define POISON_WORD UINT64_C(0xa5a5a5a5a5a5a5a5)

_Noreturn void panic(const char *text);

/* A claim about the kernel itself that no program can make false. */
#define assert(claim)                                                          \
    do {                                                                       \
        if (unlikely(!(claim)))                                                \
            panic("assertion failed: " #claim);                                \
    } while (0)

/* SPDX-License-Identifier: MIT */
/* Handles as user programs see them: names, object types, rights.
 *
 * A handle is a 64-bit name that means something in one process only:
 *
 *     63                                16 15            0
 *     +-----------------------------------+--------------+
 *     |   generation (1, 2, 3, ...)       |  slot index  |
 *     +-----------------------------------+--------------+
 *
 * A closed slot is reused under the next generation, so a stale name finds
 * nothing. Generations start at 1: the name 0 is never a handle. */
#pragma once

#include <stdint.h>

typedef uint64_t handle_t;
typedef uint32_t rights_t;

enum {
    HANDLE_INDEX_BITS = 16,
    HANDLE_NONE = 0,
};

#define HANDLE_NAME(generation, index)                                         \
    ((handle_t)(generation) << HANDLE_INDEX_BITS | (handle_t)(index))

/* What a handle can name. The values are bit numbers in a slot's key. */
enum object_type {
    OBJECT_PROCESS = 0,
    OBJECT_THREAD = 1,
    OBJECT_ENDPOINT = 2,
    OBJECT_MEMORY = 3,
    OBJECT_IRQ = 4,
    OBJECT_MACHINE = 5,
};

/* Rights are eight bits. The first two mean the same for every type, the
 * other six are counted anew for each. Copies have the same rights or fewer,
 * never more. */
enum {
    RIGHT_DERIVE = 1 << 0, /* copy, mint, map */
    RIGHT_MOVE = 1 << 1,   /* travel in a message */

    ENDPOINT_SEND = 1 << 2,
    ENDPOINT_RECV = 1 << 3,

    MEMORY_READ = 1 << 2,
    MEMORY_WRITE = 1 << 3,
    MEMORY_EXEC = 1 << 4,
    MEMORY_PHYS = 1 << 5, /* ask for the physical address */

    PROCESS_MAP = 1 << 2,     /* change its address space */
    PROCESS_HANDLES = 1 << 3, /* put handles into its table */
    PROCESS_THREADS = 1 << 4, /* start threads in it */
    PROCESS_KILL = 1 << 5,
    PROCESS_CHARGE = 1 << 6, /* let it pay for new objects */
    PROCESS_INSPECT = 1 << 7,

    THREAD_SIGNAL = 1 << 2,
    THREAD_CONTROL = 1 << 3,

    IRQ_BIND = 1 << 2,

    MACHINE_LOG = 1 << 2,
    MACHINE_INSPECT = 1 << 3,
    MACHINE_TRACE = 1 << 4,
    MACHINE_POWER = 1 << 5,

    RIGHTS_ALL = 0xff,
};

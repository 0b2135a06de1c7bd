/* SPDX-License-Identifier: MIT */
/* The numbers of the system calls (a7). One page each in docs/syscalls.
 *
 * The two calls that every message takes come first and are tested first.
 * Numbers are never reused. */
#pragma once

enum syscall_number {
    SYS_ENDPOINT_CALL = 0,
    SYS_ENDPOINT_REPLY_RECV = 1,
    SYS_ENDPOINT_SEND = 2,
    SYS_ENDPOINT_REPLY = 3,
    SYS_ENDPOINT_CREATE = 4,
    SYS_LEASE_READ = 5,
    SYS_LEASE_WRITE = 6,

    SYS_NULL = 8,

    SYS_THREAD_CREATE = 16,
    SYS_THREAD_EXIT = 17,
    SYS_THREAD_YIELD = 18,
    SYS_THREAD_SIGNAL = 19,
    SYS_THREAD_DEADLINE = 20,

    SYS_PROCESS_CREATE = 24,
    SYS_PROCESS_KILL = 25,
    SYS_PROCESS_SUPERVISE = 26,
    SYS_PROCESS_INSPECT = 27,

    SYS_MEMORY_CREATE = 32,
    SYS_MEMORY_MAP = 33,
    SYS_MEMORY_UNMAP = 34,
    SYS_MEMORY_CUT = 35,
    SYS_MEMORY_ADDRESS = 36,

    SYS_HANDLE_COPY = 40,
    SYS_HANDLE_MINT = 41,
    SYS_HANDLE_CLOSE = 42,
    SYS_HANDLE_REVOKE = 43,

    SYS_IRQ_CREATE = 48,
    SYS_IRQ_BIND = 49,
    SYS_IRQ_ACK = 50,

    SYS_MACHINE_LOG = 56,
    SYS_MACHINE_POWER_OFF = 57,
    SYS_MACHINE_INSPECT = 58,
    SYS_MACHINE_TRACE = 59,
};

/* Limits that a call checks and that programs may rely on. */
enum {
    PAGE_BYTES = 4096,
    PRIORITY_COUNT = 64,     /* 0 (least urgent) to 63 */
    MEMORY_PAGES_MAX = 64,   /* a memory object, a map call, an unmap call */
    LEASE_BYTES_MAX = 16384, /* one copy from or to lent memory */
    PROCESS_SLOTS_MIN = 16,  /* a handle table is a power of two of slots */
    PROCESS_SLOTS_MAX = 4096,
    PROCESS_NAME_BYTES = 16,  /* two registers; shown in logs and by gdb */
    MACHINE_LOG_BYTES = 40,   /* five registers */
    MACHINE_STATUS_MAX = 255, /* what a shell can show of an exit status */
};

/* User addresses are below this; page 0 is never mapped. */
#define USER_TOP 0x4000000000ull

/* SPDX-License-Identifier: MIT */
/* The trace as programs and debuggers read it: one ring a hart, all in one
 * memory object (BOOT_TRACE), ring after ring.
 *
 * A ring is a page that says how far it is, and TRACE_RECORDS records. Record
 * number n is at place n % TRACE_RECORDS; the newest is number count - 1. */
#pragma once

#include <stdint.h>

enum {
    TRACE_RECORDS = 512,
    TRACE_RING_BYTES = 4096 + TRACE_RECORDS * 32,
};

enum trace_event {
    TRACE_TRAP = 1,   /* `thread` trapped: `a` is scause, `b` its a0 */
    TRACE_LEAVE = 2,  /* `thread` runs from now on: `a` its a0, `b` its a1 */
    TRACE_CREATE = 3, /* `thread` was made: `a` its process's number */
    TRACE_END = 4,    /* process number `a` begins to end: `b` its code */
    TRACE_IDLE = 5,   /* the hart has nothing to do */
};

/* 32 bytes. */
struct trace_record {
    uint64_t time; /* ticks of the time base */
    uint8_t event; /* enum trace_event */
    uint8_t call;  /* TRAP: the number of the call (a7), if it was one */
    uint16_t thread;
    uint32_t reserved;
    uint64_t a, b;
};

struct trace_ring {
    uint64_t count;         /* records written since the trace began */
    uint64_t reserved[511]; /* so that the records begin a page */
    struct trace_record records[TRACE_RECORDS];
};

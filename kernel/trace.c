/* SPDX-License-Identifier: MIT */
/* Tracing that costs nothing while it is off.
 *
 * A hart whose trace is on enters the kernel elsewhere: its stvec names
 * trap_entry_traced, which does what trap_entry does and calls trap_traced
 * (trap.c) instead of trap. So the path that every message takes has no test
 * for it. What is cold (somebody is made or ends, a hart idles) tests.
 *
 * X1  Only the hart itself writes its ring, under the lock. */
#include "trace.h"

#include "frame.h"
#include "log.h"
#include "riscv.h"

/* The labels of trap.S. */
extern void trap_entry(void);
extern void trap_entry_traced(void);

_Static_assert(sizeof(struct trace_record) == 32, "abi/trace.h");
_Static_assert(sizeof(struct trace_ring) == TRACE_RING_BYTES, "abi/trace.h");

/* How many records a panic shows. */
enum { TRACE_PRINTED = 8 };

static bool is_on;

void
trace_init(paddr_t start, unsigned count)
{
    struct trace_ring *rings = phys_to_virt(start);

    for (unsigned i = 0; i < count; i++)
        harts[i].trace = &rings[i];
}

void
trace_follow(void)
{
    CSR_WRITE(stvec, is_on ? trap_entry_traced : trap_entry);
}

void
trace_switch(bool is_wanted)
{
    is_on = is_wanted;
    trace_follow();
    for (unsigned i = 0; i < hart_count; i++)
        hart_interrupt(&harts[i]);
}

static void
trace_write(const struct trace_record *record)
{
    struct trace_ring *ring = hart_this()->trace;

    ring->records[ring->count % TRACE_RECORDS] = *record;
    ring->count++;
}

void
trace_note(enum trace_event event, unsigned thread, uint64_t a, uint64_t b)
{
    if (is_on)
        trace_write(&(struct trace_record){.time = riscv_time(),
                                           .event = (uint8_t)event,
                                           .thread = (uint16_t)thread,
                                           .a = a,
                                           .b = b});
}

void
trace_print(void)
{
    static const char *const events[] = {
        [TRACE_TRAP] = "traps", [TRACE_LEAVE] = "runs", [TRACE_CREATE] = "made",
        [TRACE_END] = "ends",   [TRACE_IDLE] = "idle",
    };
    const struct trace_ring *ring = hart_this()->trace;
    uint64_t count = ring ? ring->count : 0;

    for (uint64_t i = count > TRACE_PRINTED ? count - TRACE_PRINTED : 0;
         i < count; i++) {
        const struct trace_record *r = &ring->records[i % TRACE_RECORDS];
        log_format("  trace %lu thread %u %s", r->time, (unsigned)r->thread,
                   events[r->event % (TRACE_IDLE + 1)]);
        log_format(" call %u a %x b %x\n", (unsigned)r->call, r->a, r->b);
    }
}

void
trace_trap(unsigned thread, unsigned call, uint64_t cause, uint64_t a0)
{
    trace_write(&(struct trace_record){.time = riscv_time(),
                                       .event = TRACE_TRAP,
                                       .call = (uint8_t)call,
                                       .thread = (uint16_t)thread,
                                       .a = cause,
                                       .b = a0});
}

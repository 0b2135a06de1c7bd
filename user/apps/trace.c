/* SPDX-License-Identifier: MIT */
/* trace on, trace off, trace [LINES]: the kernel's trace. Shows the newest
 * records of each hart, oldest first: when, what, which thread, of which
 * process (abi/trace.h).
 *
 * Grants: "machine" (INSPECT, TRACE), "rings" (READ). */
#include <abi/trace.h>
#include <lib/error.h>
#include <lib/inspect.h>
#include <lib/places.h>
#include <lib/startup.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 20, TICKS_PER_US = 10 };

/* Where the ring of a hart is mapped. */
static const struct trace_ring *
ring_at(unsigned hart)
{
    return (const void *)(PLACE_DEVICE + (uint64_t)hart * TRACE_RING_BYTES);
}

/* Maps as many of the rings as there are. Returns their number. */
static unsigned
rings_map(void)
{
    handle_t self = startup_handle("self"), rings = startup_handle("rings");
    uint64_t pages = TRACE_RING_BYTES / PAGE_BYTES;
    unsigned count = 0;

    while (sys_memory_map(self, rings, (uint64_t)ring_at(count), count * pages,
                          pages, MEMORY_READ) == OK)
        count++;
    return count;
}

static const char *
event_text(uint8_t event)
{
    switch ((enum trace_event)event) {
    case TRACE_TRAP:
        return "trap";
    case TRACE_LEAVE:
        return "leave";
    case TRACE_CREATE:
        return "create";
    case TRACE_END:
        return "end";
    case TRACE_IDLE:
        return "idle";
    }
    return "?";
}

/* The name of the process that thread `id` belongs to now. */
static const char *
thread_owner(const struct system_view *view, uint64_t id)
{
    for (size_t i = 0; i < view->thread_count; i++)
        if (view->threads[i].id == id) {
            const struct process_view *p =
                process_view_find(view, view->threads[i].process);

            return p ? p->name : "";
        }
    return "";
}

static void
ring_show(unsigned hart, uint64_t lines, const struct system_view *view)
{
    const struct trace_ring *ring = ring_at(hart);
    uint64_t count = ring->count;
    uint64_t from = count > lines ? count - lines : 0;

    if (count == 0)
        return;
    printf("hart %u, %lu records\n", hart, count);
    for (uint64_t i = from; i < count; i++) {
        struct trace_record r = ring->records[i % TRACE_RECORDS];

        printf("%12lu us  %-6s %5u %-16s a %lx b %lx", r.time / TICKS_PER_US,
               event_text(r.event), r.thread, thread_owner(view, r.thread), r.a,
               r.b);
        if (r.event == TRACE_TRAP)
            printf(" call %u", r.call);
        printf("\n");
    }
}

int
main(int argc, char **argv)
{
    static struct system_view view;
    handle_t machine = startup_handle("machine");
    const char *word = argc > 1 ? argv[1] : "";
    bool is_order = strcmp(word, "on") == 0 || strcmp(word, "off") == 0;
    uint64_t lines = *word ? strtoul(word, NULL, 10) : LINES;
    err_t error;

    if (is_order) {
        error = sys_machine_trace(machine, strcmp(word, "on") == 0);
    } else {
        error = system_inspect(machine, &view);
        if (lines > TRACE_RECORDS)
            lines = TRACE_RECORDS;
        for (unsigned hart = rings_map(); error == OK && hart-- > 0;)
            ring_show(hart, lines, &view);
    }
    if (error != OK)
        fprintf(stderr, "trace: %s\n", error_text(error));
    return error != OK;
}

/* SPDX-License-Identifier: MIT */
/* How the end of a process is asked for: it is marked, joins the list of the
 * dying, and its threads are stopped wherever they run. That is all, at once;
 * schedule() has the rest done bit by bit (process_end.c).
 *
 * Called by the system calls, fault.c and thread_end.c. */
#include "dying.h"

#include "hart.h"
#include "log.h"
#include "machine.h"
#include "thread.h"
#include "trace.h"

struct list processes_dying = {&processes_dying, &processes_dying};

/* Threads of `p` that run on other harts come into the kernel, and there
 * schedule() stops them. */
static void
process_interrupt(const struct process *p)
{
    for (unsigned i = 0; i < hart_count; i++)
        if (harts[i].current && harts[i].current->process == p)
            hart_interrupt(&harts[i]);
}

void
process_end(struct process *p, struct process_death death)
{
    if (p->is_dying)
        return;
    if (!p->creator) {
        log_text("chaski: init has ended, so the machine stops\n");
        machine_power_off(1);
    }
    p->is_dying = true;
    p->death = death;
    p->end_stage = END_CHILDREN;
    list_insert(&processes_dying, &p->dying);
    trace_note(TRACE_END, 0, process_number(p), (uint64_t)death.code);
    process_interrupt(p);
    sched_clean_soon();
}

/* SPDX-License-Identifier: MIT */
/* How a thread stops: out of whatever queue, heap or list it is in.
 *
 * Called by syscall_process.c when a thread ends itself, and by process_end.c,
 * which stops all threads of a process before it touches anything else. */
#include "dying.h"

#include "call.h"
#include "deadline.h"
#include "irq.h"
#include "sched.h"

void
thread_stop(struct thread *t)
{
    if (t->state == THREAD_READY)
        ready_remove(t);
    else if (thread_is_queued(t))
        endpoint_cancel(t, ERR_DEAD);
    t->state = THREAD_ENDED;
    t->server = NULL; /* its token is dead from now on */
    t->fault_server = NULL;
    deadline_set(t, DEADLINE_NONE, 0);
    irq_release_all(t);
    if (t->serves)
        endpoint_server_forget(t->serves);
}

/* Lab: threads-exit */
bool
thread_exit(struct thread *t, int64_t code)
{
    struct process *p = t->process;

    if (p->thread_count == 1) {
        t->state = THREAD_ENDED;
        process_end(p, (struct process_death){ENDED_EXIT, code, 0});
        return true;
    }
    for (unsigned i = 0; i < STEP_ITEMS; i++) {
        if (node_revoke_first(&t->object.handles))
            continue;
        thread_stop(t);
        thread_free(t);
        return true;
    }
    return false;
}

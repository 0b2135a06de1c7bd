/* SPDX-License-Identifier: MIT */
/* Inspection: the states of threads and processes, copied out as they are.
 *
 * Called by syscall_machine.c with the right to look checked. */
#include "inspect.h"

#include "abi/inspect.h"
#include "endpoint.h"
#include "frame.h"
#include "process.h"

_Static_assert((int)THREAD_RUNNING == INSPECT_RUNNING &&
                   (int)THREAD_READY == INSPECT_READY &&
                   (int)THREAD_WAIT_RECV == INSPECT_RECEIVING &&
                   (int)THREAD_WAIT_SEND == INSPECT_SENDING &&
                   (int)THREAD_WAIT_CALL == INSPECT_CALLING &&
                   (int)THREAD_WAIT_REPLY == INSPECT_SERVED &&
                   (int)THREAD_ENDED == INSPECT_ENDED &&
                   (int)THREAD_WAIT_SIGNAL == INSPECT_SIGNAL &&
                   (int)THREAD_WAIT_FAULT == INSPECT_FAULTED &&
                   (int)THREAD_WAIT_ANSWER == INSPECT_PAGED &&
                   (int)THREAD_WAIT_NOTICE == INSPECT_NOTICE,
               "abi/inspect.h");

/* A number that no two endpoints have: where it lies. */
static uint64_t
endpoint_number(const struct endpoint *ep)
{
    return virt_to_phys(ep) / RECORD_SMALL_BYTES;
}

static uint64_t
waited_for(const struct thread *t)
{
    if (thread_is_queued(t))
        return endpoint_number(t->endpoint);
    return process_number(t->server ? t->server : t->fault_server);
}

void
inspect_thread(struct thread *t, const struct thread *subject)
{
    t->x[REG_A1] = thread_id(subject);
    t->x[REG_A2] = process_number(subject->process);
    t->x[REG_A3] = (uint64_t)subject->state << INSPECT_STATE_SHIFT |
                   (uint64_t)subject->priority << INSPECT_PRIORITY_SHIFT |
                   (uint64_t)subject->base_priority << INSPECT_BASE_SHIFT;
    t->x[REG_A4] = subject->instructions;
    t->x[REG_A5] = waited_for(subject);
    t->x[REG_A6] = subject->pending;
    t->x[REG_T1] = t->x[REG_T2] = 0;
}

void
inspect_process(struct thread *t, const struct process *subject)
{
    t->x[REG_A1] = process_number(subject);
    t->x[REG_A2] = process_number(subject->creator);
    t->x[REG_A3] = subject->payer.quota;
    t->x[REG_A4] = subject->quota_given;
    t->x[REG_A5] = subject->thread_count;
    t->x[REG_A6] = subject->is_dying;
    __builtin_memcpy(&t->x[REG_T1], subject->name, 8);
    __builtin_memcpy(&t->x[REG_T2], subject->name + 8, 8);
}

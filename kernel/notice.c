/* SPDX-License-Identifier: MIT */
/* The notice of an end, which the last thread of the process carries.
 *
 * The process has nothing left but its own record and this thread's: the
 * registers of the thread are the message, and it stands in the queue of
 * senders (WAIT_NOTICE) until somebody receives. At that moment, before the
 * receiver runs, the two go as well: who has the notice has the frames.
 *
 * Called by process_end.c, by syscall_message.c to receive, and by endpoint.c
 * when nobody ever will. */
#include "notice.h"

#include "endpoint.h"
#include "fault.h"
#include "frame.h"
#include "process.h"

void
process_gone(struct process *p)
{
    uint64_t slots = p->handles.mask + 1;

    if (!list_is_empty(&p->threads))
        thread_free(list_first(&p->threads, struct thread, siblings));
    payer_give_back(&p->payer, virt_to_phys(p->handles.slots),
                    handle_table_pages(slots));
    assert(p->payer.quota == p->quota_given);
    list_remove(&p->dying);
    list_remove(&p->siblings);
    p->creator->payer.quota += p->quota_given;
    record_free(p);
}

void
notice_write(const struct process *p, struct thread *carrier, uint64_t badge)
{
    carrier->x[REG_A1] = 0;
    carrier->x[REG_A2] = p->death.reason;
    carrier->x[REG_A3] = (uint64_t)p->death.code;
    carrier->x[REG_A4] = p->death.address;
    carrier->x[REG_A5] = carrier->x[REG_A6] = 0;
    carrier->x[REG_T1] = badge;
}

void
notice_receive(struct thread *t, struct thread *carrier)
{
    message_copy(carrier, t, carrier->x[REG_T1]);
    t->x[REG_A1] = MESSAGE_ENDED;
    t->x[REG_T0] = 0; /* nobody waits for an answer */
    carrier->state = THREAD_ENDED;
    process_gone(carrier->process);
}

void
notice_drop(struct thread *carrier)
{
    endpoint_cancel(carrier, ERR_DEAD);
    process_gone(carrier->process);
}

void
undeliverable_drop(struct thread *t)
{
    if (t->state == THREAD_WAIT_FAULT)
        fault_end(t);
    else
        notice_drop(t);
}

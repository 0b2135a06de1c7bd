/* SPDX-License-Identifier: MIT */
/* Faults: traps that the program brought about and that are not calls.
 *
 * A fault is a call that the thread did not know it would make: a message
 * {cause, address, pc, thread} to its process's fault handle, and a reply that
 * says how to go on. The message is nowhere until it is received; then it is
 * made in the receiver's registers, from the thread's record. All registers
 * of the thread stay as they are: it may have been about to do anything.
 *
 *     running --fault--> WAIT_FAULT --received--> WAIT_ANSWER --answer--> ready
 *                        (queued)      (its token is out)     or the end
 *
 * A fault whose page-table entry allows what was tried is spurious: the hart
 * knew an older entry. It is flushed and tried again [priv 10.2.1].
 *
 * V1  A thread has a fault_server exactly while it is WAIT_ANSWER.
 *
 * Called by trap.c, by syscall.c for the answers, and by process_end.c. */
#include "fault.h"

#include "call.h"
#include "cause.h"
#include "dying.h"
#include "log.h"
#include "process.h"
#include "riscv.h"
#include "sched.h"

/* Whether the tables allow what the hart refused. */
static bool
fault_is_spurious(const struct thread *t, uint64_t cause, uaddr_t address)
{
    pte_t pte = space_entry(&t->process->space, address);

    if (cause == CAUSE_FETCH_PAGE)
        return pte & PTE_X;
    if (cause == CAUSE_LOAD_PAGE)
        return pte & PTE_R;
    if (cause == CAUSE_STORE_PAGE)
        return pte & PTE_W;
    return false;
}

/* Lab: traps-fault */
struct thread *
fault_raise(struct thread *t, uint64_t cause, uaddr_t address)
{
    if (fault_is_spurious(t, cause, address)) {
        riscv_flush_page(address, t->process->space.asid);
        return t;
    }
    t->fault_cause = cause;
    t->fault_address = address;
    return fault_deliver(t);
}

/* Nobody helps: the process of `t` ends. */
static void
fault_is_fatal(struct thread *t)
{
    t->state = THREAD_ENDED;
    log_format("FAULT %s thread %u: %s, pc %x, address %x\n", t->process->name,
               thread_id(t), cause_text(t->fault_cause), t->x[REG_PC],
               t->fault_address);
    process_end(t->process,
                (struct process_death){ENDED_FAULT, (int64_t)t->fault_cause,
                                       t->fault_address});
}

/* Lab: recovery-fault */
struct thread *
fault_deliver(struct thread *t)
{
    const struct slot *via = handle_fault(&t->process->handles);
    /* Without rights it is being closed: nobody may begin to wait with it. */
    bool is_open = via && key_rights(via->node.key);
    struct endpoint *ep = is_open ? object_endpoint(via->object) : NULL;
    struct thread *receiver;

    if (!ep || (!ep->receivers && ep->recv_handles == 0)) {
        fault_is_fatal(t);
        return schedule();
    }
    if (!ep->receivers) {
        endpoint_wait(t, ep, &ep->senders, THREAD_WAIT_FAULT);
        if (ep->server)
            call_raise(ep->server, t->priority);
        return schedule();
    }
    receiver = endpoint_dequeue(&ep->receivers);
    fault_receive(receiver, t);
    return sched_switch(receiver);
}

void
fault_receive(struct thread *t, struct thread *faulter)
{
    t->x[REG_A0] = OK;
    t->x[REG_A1] = MESSAGE_FAULT;
    t->x[REG_A2] = faulter->fault_cause;
    t->x[REG_A3] = faulter->fault_address;
    t->x[REG_A4] = faulter->x[REG_PC];
    t->x[REG_A5] = thread_id(faulter);
    t->x[REG_A6] = 0;
    t->x[REG_T0] = faulter->token;
    t->x[REG_T1] = handle_fault(&faulter->process->handles)->badge;
    faulter->fault_server = t->process;
    faulter->state = THREAD_WAIT_ANSWER;
    thread_inherit(t, faulter);
}

struct thread *
fault_find(const struct thread *t, token_t token)
{
    struct thread *faulter = threads[token & (THREAD_IDS - 1)];

    if (faulter->token != token || faulter->fault_server != t->process)
        return NULL;
    return faulter;
}

err_t
fault_answer_check(const struct thread *t)
{
    uint64_t answer = t->x[REG_A1] & ~MESSAGE_NOWAIT;

    return answer <= FAULT_END ? OK : ERR_ARGUMENT;
}

/* Lab: recovery-fault */
struct thread *
fault_answer(const struct thread *t, struct thread *faulter)
{
    uint64_t answer = t->x[REG_A1] & MESSAGE_LABEL_MASK;

    token_drop(faulter);
    faulter->fault_server = NULL;
    if (answer == FAULT_END) {
        faulter->state = THREAD_ENDED;
        process_end(faulter->process,
                    (struct process_death){ENDED_FAULT, (int64_t)t->x[REG_A2],
                                           faulter->fault_address});
        return NULL;
    }
    if (answer == FAULT_RESUME_AT)
        faulter->x[REG_PC] = t->x[REG_A2];
    return faulter;
}

void
fault_retry(struct thread *faulter)
{
    token_drop(faulter);
    faulter->fault_server = NULL;
    ready_push(faulter);
}

void
fault_end(struct thread *faulter)
{
    endpoint_unqueue(faulter);
    fault_is_fatal(faulter);
}

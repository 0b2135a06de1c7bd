/* SPDX-License-Identifier: MIT */
/* Threads: a frame of registers, a state, a place in at most one queue. */
#pragma once

#include "abi/message.h"
#include "layout.h"
#include "list.h"
#include "object.h"
#include "types.h"

struct endpoint;
struct process;

/* Where each register is in a frame. */
enum frame_register {
    REG_PC = 0, /* the place of x0 */
    REG_SP = 2,
    REG_T0 = 5,
    REG_T1 = 6,
    REG_T2 = 7,
    REG_A0 = 10,
    REG_A1 = 11,
    REG_A2 = 12,
    REG_A3 = 13,
    REG_A4 = 14,
    REG_A5 = 15,
    REG_A6 = 16,
    REG_A7 = 17,
    REG_COUNT = 32,
};

enum thread_state {
    THREAD_RUNNING,    /* on a hart */
    THREAD_READY,      /* in the ready queue */
    THREAD_WAIT_RECV,  /* in an endpoint's queue of receivers */
    THREAD_WAIT_SEND,  /* in an endpoint's queue of senders, with send */
    THREAD_WAIT_CALL,  /* the same with call */
    THREAD_WAIT_REPLY, /* received; its token is out */
    THREAD_ENDED,      /* in no queue, never to run again */

    THREAD_WAIT_SIGNAL, /* receiving from nobody, so in no queue */
    THREAD_WAIT_FAULT,  /* in a queue of senders, with its fault */
    THREAD_WAIT_ANSWER, /* its fault was received; its token is out */
    THREAD_WAIT_NOTICE, /* in a queue of senders: the end of its process */
};

enum { THREAD_ID_BITS = 14, THREAD_IDS = 1 << THREAD_ID_BITS };

struct thread {
    uint64_t x[REG_COUNT]; /* the frame; trap.S writes and reads it */

    /* Read by trap.S. */
    struct hart *hart; /* where it runs or ran last */
    uint64_t satp;     /* its process's, copied */
    struct process *process;

    /* The one queue it is in: ready, or an endpoint's. A circle of threads of
     * one priority; `lower` is used in endpoints' queues, see endpoint.h. */
    struct thread *next, *prev;
    struct thread *lower;
    struct endpoint *endpoint; /* whose queue, while it waits in one */

    /* The message path. */
    token_t token;          /* this waiting for a reply: count << 16 | id */
    struct process *server; /* who may answer; NULL: not WAIT_REPLY */
    uint64_t pending;       /* signals not yet received */

    uint8_t state; /* enum thread_state */
    uint8_t priority;
    uint8_t base_priority; /* what `priority` is without a caller's loan */

    /* Priority inheritance, see token.c and call.c. */
    token_t client;          /* of the caller it received last */
    struct endpoint *serves; /* the one whose `server` it is, or NULL */

    /* Its fault, while it waits with one; see fault.c. */
    struct process *fault_server; /* who may answer; NULL: not WAIT_ANSWER */
    uint64_t fault_cause;
    uaddr_t fault_address;

    /* Its one deadline, see deadline.h. */
    uint64_t deadline;       /* ticks of the time base */
    uint64_t deadline_bits;  /* the signals that it then gets */
    uint16_t deadline_place; /* in the heap, from 1; 0: none is set */

    struct list irqs;      /* interrupt lines bound to it */
    uint64_t instructions; /* that it was billed for, see sched.c */

    struct object object;
    struct list siblings; /* in process->threads */
};

_Static_assert(sizeof(struct thread) <= RECORD_LARGE_BYTES, "record size");
_Static_assert(offsetof(struct thread, x) == 0, "trap.S");
_Static_assert(sizeof(((struct thread *)0)->x) == FRAME_BYTES, "trap.S");
_Static_assert(REG_PC * 8 == FRAME_PC, "trap.S");
_Static_assert(offsetof(struct thread, hart) == THREAD_HART, "trap.S");
_Static_assert(offsetof(struct thread, satp) == THREAD_SATP, "trap.S");

/* All threads by the id in their token. Entries without a thread name one
 * that waits for nobody, so a look-up needs no test. */
extern struct thread *threads[THREAD_IDS];

/* One more than the largest id in use since boot. */
unsigned thread_id_limit(void);

static inline unsigned
thread_id(const struct thread *t)
{
    return (unsigned)t->token & (THREAD_IDS - 1);
}

/* Whether it stands in an endpoint's queue with a call of its own. */
static inline bool
thread_waits_in_endpoint(const struct thread *t)
{
    return t->state == THREAD_WAIT_RECV || t->state == THREAD_WAIT_SEND ||
           t->state == THREAD_WAIT_CALL;
}

/* The same, or because something happened to it. */
static inline bool
thread_is_queued(const struct thread *t)
{
    return thread_waits_in_endpoint(t) || t->state == THREAD_WAIT_FAULT ||
           t->state == THREAD_WAIT_NOTICE;
}

/* Fills the thread table; before the first thread. */
void thread_table_init(void);

static inline struct thread *
object_thread(struct object *object)
{
    return container_of(object, struct thread, object);
}

/* Sets the registers that a thread starts with: pc, sp and a0; the others
 * are 0. */
void thread_frame_init(struct thread *t, uaddr_t entry, uaddr_t stack,
                       uint64_t argument);

/* A thread of `process`, at its cost, that does not run yet; ERR_FULL or
 * ERR_QUOTA, with `*out` untouched. */
MUST_CHECK err_t thread_create(struct process *process, unsigned priority,
                               struct thread **out);

/* Gives a stopped thread's id and record back. No handle to it may be left,
 * and it must be in no queue, heap or list: see thread_stop. */
void thread_free(struct thread *t);

/* Ends the call of `t`, which goes on with `error` in a0. */
static inline struct thread *
thread_finish(struct thread *t, err_t error)
{
    t->x[REG_A0] = (uint64_t)error;
    return t;
}

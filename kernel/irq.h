/* SPDX-License-Identifier: MIT */
/* Interrupt lines as objects: a line, the thread it signals, and the bits. */
#pragma once

#include "object.h"
#include "plic.h"
#include "thread.h"
#include "types.h"

struct irq {
    struct object object;
    struct thread *thread; /* NULL: not bound, and disabled */
    struct list siblings;  /* in thread->irqs */
    uint64_t bits;         /* the signals that the thread gets */
    uint16_t line;         /* 0: the root, from which lines are made */
    bool is_claimed;       /* has interrupted and was not acknowledged */
};

_Static_assert(sizeof(struct irq) <= RECORD_SMALL_BYTES, "record size");

static inline struct irq *
object_irq(struct object *object)
{
    return container_of(object, struct irq, object);
}

/* The object that stands for all lines; whoever has it may make them. */
extern struct irq irq_root;
void irq_init(void);

/* An object for `line` (1 to IRQ_LINES - 1) at the payer's cost; ERR_EXISTS:
 * there is one. ERR_QUOTA. */
MUST_CHECK err_t irq_create(struct payer *payer, unsigned line,
                            struct irq **out);

/* From now on the line signals `bits` to `t`, and to nobody else. */
void irq_bind(struct irq *irq, struct thread *t, uint64_t bits);

/* An interrupt has come from outside: claims what there is and signals those
 * that are bound. Who can run now is ready. */
void irq_raise(void);

/* The line has been served and may interrupt again; false if it had not
 * interrupted. */
MUST_CHECK bool irq_ack(struct irq *irq);

/* The line signals nobody any more and is disabled; one that was not
 * acknowledged is completed first. */
void irq_release(struct irq *irq);

/* The same for all lines of a thread. */
void irq_release_all(struct thread *t);

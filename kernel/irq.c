/* SPDX-License-Identifier: MIT */
/* An interrupt is a signal. The trap claims the line and signals the thread
 * that is bound to it; the line then keeps quiet until that thread has served
 * the device and acknowledges. So a device cannot flood a slow driver, and a
 * driver that has died cannot leave its line raised:
 *
 *     bind            trap                ack
 *     enabled -----> claimed, signal ---> completed = enabled
 *        |               |
 *        +---------------+--- thread ends: completed, disabled
 *
 * Q1  A line is enabled exactly while it is bound.
 * Q2  is_claimed says that the controller waits for completion of the line.
 *
 * Called by trap.c, by the system calls, and by process_end.c. */
#include "irq.h"

#include "sched.h"
#include "signals.h"

static void irq_unreferenced(struct object *object);

static const struct object_class irq_retired_class = {
    .unreferenced = irq_unreferenced,
    .is_retired = true,
};
static const struct object_class irq_class = {
    .unreferenced = irq_unreferenced,
    .retired = &irq_retired_class,
};
static const struct object_class irq_root_class;

struct irq irq_root;

static struct irq *lines[IRQ_LINES];

void
irq_init(void)
{
    object_init(&irq_root.object, &irq_root_class);
}

err_t
irq_create(struct payer *payer, unsigned line, struct irq **out)
{
    struct irq *irq;

    if (lines[line])
        return ERR_EXISTS;
    if (payer->quota < record_cost(payer, RECORD_IRQ))
        return ERR_QUOTA;

    /* Commit: nothing below may fail. */
    irq = record_alloc(payer, RECORD_IRQ);
    object_init(&irq->object, &irq_class);
    list_init(&irq->siblings);
    irq->line = (uint16_t)line;
    lines[line] = irq;
    *out = irq;
    return OK;
}

void
irq_bind(struct irq *irq, struct thread *t, uint64_t bits)
{
    irq_release(irq);
    irq->thread = t;
    irq->bits = bits;
    list_insert(&t->irqs, &irq->siblings);
    plic_enable(irq->line);
}

/* Lab: drivers-irq */
void
irq_raise(void)
{
    unsigned line;

    while ((line = plic_claim()) != 0) {
        struct irq *irq = line < IRQ_LINES ? lines[line] : NULL;
        struct thread *woken;

        assert(irq && irq->thread); /* Q1 */
        irq->is_claimed = true;
        woken = signal_send(irq->thread, irq->bits);
        if (woken)
            ready_push(woken);
    }
}

/* Lab: drivers-irq */
bool
irq_ack(struct irq *irq)
{
    if (!irq->is_claimed)
        return false;
    irq->is_claimed = false;
    plic_complete(irq->line);
    return true;
}

/* Lab: drivers-release */
void
irq_release(struct irq *irq)
{
    if (!irq->thread)
        return;
    if (irq->is_claimed)
        plic_complete(irq->line); /* ignored once the line is disabled */
    plic_disable(irq->line);
    irq->is_claimed = false;
    irq->thread = NULL;
    list_remove(&irq->siblings);
}

void
irq_release_all(struct thread *t)
{
    while (!list_is_empty(&t->irqs))
        irq_release(list_first(&t->irqs, struct irq, siblings));
}

static void
irq_unreferenced(struct object *object)
{
    struct irq *irq = object_irq(object);

    irq_release(irq);
    lines[irq->line] = NULL;
    record_free(irq);
}

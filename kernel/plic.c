/* SPDX-License-Identifier: MIT */
/* Interrupt lines, as registers:
 *
 *     0x000000 + 4 * line          priority: 0 never, 1 and up
 *     0x002000 + 0x80 * context    one bit a line: enabled for this context
 *     0x200000 + 0x1000 * context  threshold, then claim and complete
 *
 * A context is a hart in one of its modes. All lines go to one context, that
 * of the hart that booted: a line that is claimed there is completed there,
 * whichever hart the acknowledging thread runs on, and the other harts are
 * not woken for nothing. Completion of a line that is disabled is ignored by
 * the controller, so it comes before disabling. */
#include "plic.h"

#include "frame.h"

enum {
    PLIC_PRIORITY = 0x000000,
    PLIC_ENABLE = 0x002000,
    PLIC_ENABLE_BYTES = 0x80,
    PLIC_CONTEXT = 0x200000,
    PLIC_CONTEXT_BYTES = 0x1000,
    PLIC_CLAIM = 4, /* in a context */
};

static struct {
    volatile char *registers; /* NULL: there is none */
    unsigned context;
} plic;

bool
plic_is_there(void)
{
    return plic.registers;
}

static volatile uint32_t *
plic_register(unsigned offset)
{
    return (volatile uint32_t *)(volatile void *)(plic.registers + offset);
}

static volatile uint32_t *
plic_context_register(unsigned offset)
{
    return plic_register(PLIC_CONTEXT + PLIC_CONTEXT_BYTES * plic.context +
                         offset);
}

void
plic_init(paddr_t address, unsigned context)
{
    if (!address)
        return;
    plic.registers = phys_to_virt(address);
    plic.context = context;
    for (unsigned line = 1; line < IRQ_LINES; line++)
        plic_disable(line);
    *plic_context_register(0) = 0; /* no threshold */
}

static void
plic_enable_write(unsigned line, bool is_enabled)
{
    volatile uint32_t *word = plic_register(
        PLIC_ENABLE + PLIC_ENABLE_BYTES * plic.context + line / 32 * 4);
    uint32_t bit = UINT32_C(1) << line % 32;

    *word = is_enabled ? *word | bit : *word & ~bit;
}

void
plic_enable(unsigned line)
{
    *plic_register(PLIC_PRIORITY + 4 * line) = 1;
    plic_enable_write(line, true);
}

void
plic_disable(unsigned line)
{
    plic_enable_write(line, false);
}

unsigned
plic_claim(void)
{
    return *plic_context_register(PLIC_CLAIM);
}

void
plic_complete(unsigned line)
{
    *plic_context_register(PLIC_CLAIM) = line;
}

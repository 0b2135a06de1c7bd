/* SPDX-License-Identifier: MIT */
/* The calls of chaos.c about what a process has: memory, handles, lines. */
#pragma once

#include "dice.h"

/* Registers of the clock on `virt`, goldfish-rtc: writing an alarm that is past
 * raises its line at once. */
#define CLOCK_PLACE UINT64_C(0x2fd0000000)
enum {
    CLOCK_PAGE = 0x101,
    CLOCK_LINE = 11,
    CLOCK_ALARM_LOW = 0x08,
    CLOCK_ALARM_HIGH = 0x0c,
    CLOCK_ENABLED = 0x10,
    CLOCK_CLEAR = 0x1c,
};

/* Creates, maps and unmaps; what was mapped may be gone by then. */
static err_t
try_memory(struct dice *d, enum syscall_number number)
{
    uint64_t pages = chance(d, 95) ? 1 + roll(d, 4) : roll(d, 70);
    uint64_t address = some_address(d), n = roll(d, FEW);
    handle_t memory = chance(d, 80) ? memories[n] : some_handle(d);
    err_t error;

    if (number == SYS_MEMORY_MAP) {
        error = sys_memory_map(some_process(d), memory, address,
                               chance(d, 80) ? 0 : roll(d, 3), pages,
                               chance(d, 90) ? MEMORY_READ | MEMORY_WRITE
                                             : (rights_t)roll(d, 0x101));
        if (error == OK) {
            mapped[n].address = address;
            mapped[n].pages = pages;
        }
        return error;
    }
    if (number == SYS_MEMORY_UNMAP)
        return chance(d, 80)
                   ? sys_memory_unmap(some_process(d), mapped[n].address,
                                      mapped[n].pages)
                   : sys_memory_unmap(some_process(d), address, pages);
    error = sys_memory_create(some_process(d), pages, &memory);
    if (error == OK) {
        memories[n] = memory;
        pool_put(d, memory);
    }
    return error;
}

/* Device memory: the clock, the serial port, what nobody may have (RAM, the
 * interrupt controller), and what is not there. */
static err_t
try_cut(struct dice *d)
{
    static const uint64_t firsts[] = {CLOCK_PAGE, 0x10000, 0x30000,
                                      0x80000,    0xc000,  UINT64_C(1) << 43};
    uint64_t first = firsts[roll(d, sizeof(firsts) / sizeof(firsts[0]))];
    handle_t memory = HANDLE_NONE;
    err_t error = sys_memory_cut(
        some_process(d), chance(d, 90) ? devices : some_handle(d),
        first + (chance(d, 80) ? 0 : roll(d, 4)), 1 + roll(d, 3), &memory);

    if (error == OK) {
        memories[roll(d, FEW)] = memory;
        pool_put(d, memory);
    }
    return error;
}

static err_t
try_handle(struct dice *d, enum syscall_number number)
{
    handle_t copy = HANDLE_NONE, target = some_process(d);
    err_t error;

    if (number == SYS_HANDLE_COPY)
        error = sys_handle_copy(some_handle(d), target, some_rights(d), &copy);
    else
        error =
            sys_handle_mint(some_handle(d), target, some_rights(d),
                            chance(d, 5) ? 0 : test_random(&d->state), &copy);
    if (error == OK && target == self)
        pool_put(d, copy);
    return error;
}

/* Has the clock interrupt, if its page is still where main put it. */
static void
clock_ring(void)
{
    volatile uint32_t *clock = (volatile uint32_t *)CLOCK_PLACE;

    clock[CLOCK_CLEAR / 4] = 1;
    clock[CLOCK_ENABLED / 4] = 1;
    clock[CLOCK_ALARM_HIGH / 4] = 0;
    clock[CLOCK_ALARM_LOW / 4] = 1;
}

static err_t
try_irq(struct dice *d, enum syscall_number number)
{
    handle_t line = chance(d, 90) ? some_of(d, lines) : some_handle(d);
    err_t error;

    if (number == SYS_IRQ_BIND) {
        error = sys_irq_bind(line, chance(d, 90) ? some_of(d, signals)
                                                 : some_handle(d));
        if (error == OK)
            clock_ring();
        return error;
    }
    if (number == SYS_IRQ_ACK) {
        if (chance(d, 20))
            clock_ring();
        return sys_irq_ack(line);
    }
    error = sys_irq_create(some_process(d),
                           chance(d, 95) ? irq_root : some_handle(d),
                           chance(d, 20) ? CLOCK_LINE : roll(d, 98), &line);
    if (error == OK)
        few_put(d, lines, line);
    return error;
}

static err_t
try_machine(struct dice *d, enum syscall_number number)
{
    struct inspection inspection;
    handle_t handle = chance(d, 90) ? machine : some_handle(d);

    if (number == SYS_MACHINE_INSPECT)
        return sys_machine_inspect(handle, roll(d, 400), roll(d, 20) % 3,
                                   &inspection);
    if (number == SYS_MACHINE_TRACE) /* mostly on: a panic shows it */
        return sys_machine_trace(handle, chance(d, 10) ? roll(d, 3) : 1);
    return sys_process_inspect(some_process(d), &inspection);
}

/* SPDX-License-Identifier: MIT */
/* The processes that chaos.c makes. They get a page of code that needs neither
 * stack nor data and makes calls with random registers, or faults. */
#pragma once

#include "dice.h"

#include <string.h>

/* The code of children: `calls` (a1) calls with random registers, of which
 * a0 is the seed. Handles are of the first 16 slots and generations 0 to 3.
 * It is copied to another address. */
extern const char raw_begin[], raw_end[];
__asm__(".text\n.balign 4\n"
        "raw_begin:\n"
        "    mv   s0, a0\n"
        "    li   s1, 200\n"
        "    li   s2, 0x5851f42d4c957f2d\n"
        "    li   s3, 0x3000f\n"
        "1:  mul  s0, s0, s2\n"
        "    addi s0, s0, 0x1d\n"
        "    srli t3, s0, 20\n"
        "    and  a0, t3, s3\n"
        "    srli t3, s0, 24\n"
        "    and  a1, t3, s3\n"
        "    srli t3, s0, 28\n"
        "    andi a2, t3, 255\n"
        "    srli t3, s0, 29\n"
        "    andi t3, t3, 3\n" /* flags NOWAIT and HANDLE into a1 */
        "    slli t3, t3, 32\n"
        "    srli a7, s0, 58\n"
        "    addi t4, a7, -4\n"
        "    bgez t4, 2f\n" /* messages only */
        "    or   a1, a1, t3\n"
        "2:  srli a3, s0, 33\n"
        "    andi a3, a3, 63\n"
        "    srli a4, s0, 36\n"
        "    andi a4, a4, 31\n"
        "    mv   a5, a2\n"
        "    srli a6, s0, 40\n"
        "    and  a6, a6, s3\n"
        "    li   t4, 17\n" /* thread_exit comes soon enough */
        "    beq  a7, t4, 3f\n"
        "    ecall\n"
        "    andi t3, s0, 31\n" /* s0 is odd and even in turn */
        "    bnez t3, 3f\n"
        "    .option push\n.option norvc\n"
        "    ld   t3, 0(a2)\n" /* a fault, most of the time */
        "    .option pop\n"
        "3:  addi s1, s1, -1\n"
        "    bgtz s1, 1b\n"
        "    li   a7, 17\n"
        "    ecall\n"
        ".balign 4\n"
        "raw_end:\n");

#define RAW_PLACE UINT64_C(0x10000)

/* Gives a new child a page with the code. */
static err_t
child_load(struct dice *d, handle_t child)
{
    const uint64_t window = UINT64_C(0x2f00000000) + roll(d, 64) * PAGE_BYTES;
    handle_t memory = HANDLE_NONE;
    err_t error = sys_memory_create(child, 1, &memory);

    if (error == OK)
        error = sys_memory_map(self, memory, window, 0, 1,
                               MEMORY_READ | MEMORY_WRITE);
    if (error == OK) {
        memcpy((void *)window, raw_begin, (size_t)(raw_end - raw_begin));
        error = sys_memory_unmap(self, window, 1);
    }
    if (error == OK)
        error = sys_memory_map(child, memory, RAW_PLACE, 0, 1,
                               MEMORY_READ | MEMORY_EXEC);
    (void)!sys_handle_close(memory);
    return error;
}

/* Fills a new child: code, handles, mostly someone to help when it faults, and
 * threads. */
static void
child_populate(struct dice *d, handle_t child)
{
    handle_t thread, copy;
    err_t error = child_load(d, child);

    for (unsigned i = 0; error == OK && i < 6; i++)
        (void)!sys_handle_copy(i ? some_handle(d) : child, child,
                               some_rights(d), &copy);
    if (chance(d, 20))
        (void)!sys_handle_copy(chance(d, 50) ? devices : irq_root, child,
                               RIGHTS_ALL, &copy);
    if (chance(d, 70))
        (void)!sys_process_supervise(child, ports[roll(d, PORTS)]);
    for (uint64_t i = roll(d, 4); error == OK && i > 0; i--) {
        error = sys_thread_create(child, RAW_PLACE, 0, test_random(&d->state),
                                  PRIORITY_LOW + roll(d, 8), &thread);
        if (error == OK && chance(d, 50))
            (void)!sys_handle_close(thread);
        else if (error == OK)
            pool_put(d, thread);
    }
}

static err_t
try_process_create(struct dice *d)
{
    uint64_t slots =
        chance(d, 95) ? UINT64_C(16) << roll(d, 3) : UINT64_C(8) << roll(d, 11);
    handle_t child = HANDLE_NONE;
    err_t error = sys_process_create(some_process(d), roll(d, 48), slots,
                                     roll(d, PRIORITY_HIGH + 2),
                                     process_name("chaos child"), &child);

    if (error == OK) {
        child_populate(d, child);
        children[roll(d, FEW)] = child;
        pool_put(d, child);
    }
    return error;
}

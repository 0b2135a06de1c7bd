/* SPDX-License-Identifier: MIT */
/* Faults in one of five ways, while a second thread of it takes turns.
 *
 * Each way has a function of its own, with one instruction that faults: so the
 * host sees in the trap log which it was. Whoever comes behind that
 * instruction notes it.
 *
 * Parameters: way; address, that the ways load and store touch. Grants:
 * ledger. */
#include "traps.h"

#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/thread.h>

#include <abi/boot.h>

static struct ledger *const ledger = (struct ledger *)LEDGER_PLACE;

static char stack[4096] __attribute__((aligned(16)));
static uint32_t no_code[2] __attribute__((aligned(8)));

__attribute__((noipa)) static void
fault_load(uint64_t address)
{
    __asm__ volatile("ld t0, (%0)" ::"r"(address) : "t0", "memory");
}

__attribute__((noipa)) static void
fault_store(uint64_t address)
{
    __asm__ volatile("sd zero, (%0)" ::"r"(address) : "memory");
}

/* The program counter goes where no code is: the epc is there. */
__attribute__((noipa)) static void
fault_fetch(uint64_t address)
{
    __asm__ volatile("jalr ra, (%0)" ::"r"(address) : "ra", "memory");
}

__attribute__((noipa)) static void
fault_illegal(void)
{
    /* A control register of the kernel's. */
    __asm__ volatile("csrr t0, sscratch" ::: "t0", "memory");
}

__attribute__((noipa)) static void
fault_breakpoint(void)
{
    __asm__ volatile(".option push\n"
                     ".option norvc\n"
                     "ebreak\n"
                     ".option pop" ::
                         : "memory");
}

static void
fault(uint64_t way, uint64_t address)
{
    switch (way) {
    case 0:
        fault_load(address);
        break;
    case 1:
        fault_store(address);
        break;
    case 2:
        fault_fetch((uint64_t)no_code);
        break;
    case 3:
        fault_illegal();
        break;
    default:
        fault_breakpoint();
        break;
    }
}

static void
second_run(void *argument)
{
    (void)argument;
    for (;;) {
        ledger->turns++;
        sys_thread_yield();
    }
}

int
main(void)
{
    handle_t thread;
    err_t error =
        sys_memory_map(startup_handle("self"), startup_handle("ledger"),
                       LEDGER_PLACE, 0, 1, MEMORY_READ | MEMORY_WRITE);

    if (error == OK)
        error = thread_start(second_run, NULL, stack, sizeof(stack),
                             BOOT_PRIORITY, &thread);
    if (error != OK)
        return 1;
    while (ledger->turns == 0)
        sys_thread_yield();
    ledger->is_ready = 1;
    fault(test_parameter("way", 0), test_parameter("address", 0));
    ledger->went_on++;
    for (;;)
        sys_thread_yield();
}

/* SPDX-License-Identifier: MIT */
/* A guest that misbehaves as its boot argument `do=` says: one for each way
 * in which a run can end. */
#include "guest.h"

void guest_main(const char *tree);

static uint64_t
time_now(void)
{
    uint64_t now;

    __asm__ volatile("rdtime %0" : "=r"(now));
    return now;
}

/* Sets the timer through the firmware. */
static void
timer_set(uint64_t when)
{
    register uint64_t a0 __asm__("a0") = when;
    register uint64_t a6 __asm__("a6") = 0;
    register uint64_t a7 __asm__("a7") = 0x54494d45;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a6), "r"(a7) : "a1", "memory");
}

static void
timer_wait(void)
{
    __asm__ volatile("csrs sie, %0\n wfi" ::"r"(1 << 5) : "memory");
}

void
guest_main(const char *tree)
{
    guest_tree = tree;
    console_text("the guest is up\r\n");
    if (argument_is("do=", "report")) {
        record("short");
        console_text("talk that is no record\r\n");
        record("a longer record in more pieces than one, for sure");
        record_value(argument_number("seed="));
    } else if (argument_is("do=", "call")) {
        user_calls((long)argument_number("count="));
    } else if (argument_is("do=", "wait")) {
        record("before");
        for (;;)
            __asm__ volatile("wfi");
    } else if (argument_is("do=", "tick")) {
        for (;;) {
            timer_set(time_now() + 100000);
            timer_wait();
        }
    } else if (argument_is("do=", "spin")) {
        for (;;)
            __asm__ volatile("");
    } else if (argument_is("do=", "work")) {
        for (uint64_t i = argument_number("count="); i > 0; i--)
            __asm__ volatile("");
    } else if (argument_is("do=", "print")) {
        for (;;)
            console_text("the same line for ever and ever and ever\r\n");
    } else if (argument_is("do=", "panic")) {
        console_text("PANIC hart 0: the guest was asked to\r\n  pc 0x");
        console_hex((uint64_t)guest_main, 16);
        console_text(" address 0x0000000000000000\r\n  backtrace 0x");
        console_hex((uint64_t)guest_main + 4, 16);
        console_text("\r\n");
        *(volatile uint32_t *)0x100000 = 0x13333;
    } else if (argument_is("do=", "fault")) {
        console_text("FAULT sender thread 3: load from an unmapped page, "
                     "pc 0x0000000011000010, address 0x0000000000000008\r\n");
    } else if (argument_is("do=", "off")) {
        *(volatile uint32_t *)0x100000 = 0x5555;
        for (;;)
            __asm__ volatile("wfi");
    } else if (argument_is("do=", "storm")) {
        /* The handler's first instruction traps as well. */
        __asm__ volatile("la t0, 1f\n csrw stvec, t0\n .balign 4\n"
                         "1: ebreak" ::
                             : "t0");
    } else if (argument_is("do=", "replay")) {
        record_piece("00000000", 0, '.', "from another run", 16);
    } else if (argument_is("do=", "gap")) {
        record_piece(argument_find("nonce="), 1, '.', "second", 6);
    } else if (argument_is("do=", "many")) {
        for (int i = 0; i < 201; i++)
            record("again");
    }
}

/* SPDX-License-Identifier: MIT */
/* Says what is known about a kernel bug, then turns the machine off.
 *
 * There are no frame pointers to follow, for they would cost instructions on
 * every message. But every trap starts at the top of an empty stack, so all
 * that lies between sp and the top belongs to functions that are active now.
 * Each word there that points behind a call instruction is printed as part
 * of the backtrace. (A saved register that holds such an address is the one
 * way to print one too many.)
 *
 * The stack itself may be the trouble: it is only read where it is mapped. */
#include "panic.h"

#include "cause.h"
#include "hart.h"
#include "log.h"
#include "machine.h"
#include "riscv.h"
#include "thread.h"
#include "trace.h"

extern char kernel_text[], kernel_rodata[], hart_stacks[];

/* The first hart that panicked; all others stop where they notice. */
static const struct hart *panicking;

/* Whether the instruction before `address` is a call: jal ra or jalr ra in
 * four bytes, c.jalr in two. */
static bool
follows_call(uint64_t address)
{
    const uint16_t *code = (const uint16_t *)address;
    uint32_t word;

    if (address & 1 || address < (uint64_t)kernel_text + 4 ||
        address >= (uint64_t)kernel_rodata)
        return false;
    word = (uint32_t)code[-2] | (uint32_t)code[-1] << 16;
    return (word & 0xfff) == 0x0ef || (word & 0xfff) == 0x0e7 ||
           ((code[-1] & 0xf07f) == 0x9002 && (code[-1] & 0x0f80));
}

static void
backtrace_print(uint64_t pc, uint64_t ra, uint64_t sp)
{
    const uint64_t *top = hart_this()->stack;
    const uint64_t *bottom =
        top - (HART_STACK_BYTES - HART_GUARD_BYTES) / sizeof(uint64_t);
    const uint64_t *word = (const uint64_t *)(sp & ~UINT64_C(7));

    log_format("  backtrace %x", pc);
    if (follows_call(ra))
        log_format(" %x", ra);
    if (word < bottom || word > top) {
        log_text("\n  the stack pointer is not on the stack\n");
        return;
    }
    for (; word < top; word++)
        if (follows_call(*word) && *word != ra && *word != pc)
            log_format(" %x", *word);
    log_text("\n");
}

/* The first line; whoever reads the log looks for it. Nothing is believed
 * here: a trap on the way comes back as a second panic. */
static void
panic_begin(const char *text)
{
    const struct thread *t;

    hart_mend();
    if (panicking == hart_this()) {
        log_text("PANIC inside a panic\n");
        machine_power_off(1);
    }
    while (panicking)
        riscv_wait();
    panicking = hart_this();
    t = panicking->current;
    log_format("PANIC hart %u: %s\n", hart_this()->id, text);
    if (t)
        log_format("  thread %u\n", thread_id(t));
}

/* The last things, with the trace after the backtrace: of the two it is the
 * one that more often goes wrong. */
_Noreturn static void
panic_end(uint64_t pc, uint64_t ra, uint64_t sp)
{
    backtrace_print(pc, ra, sp);
    trace_print();
    machine_power_off(1);
}

void
panic(const char *text)
{
    panic_begin(text);
    panic_end((uint64_t)__builtin_return_address(0), 0, riscv_sp());
}

void
panic_trap(const uint64_t *frame)
{
    uint64_t cause = CSR_READ(scause);

    panic_begin(cause_text(cause));
    log_format("  pc %x address %x sp %x\n", frame[REG_PC], CSR_READ(stval),
               frame[REG_SP]);
    panic_end(frame[REG_PC], frame[1], frame[REG_SP]);
}

/* SPDX-License-Identifier: MIT */
/* Where exercise 2.2 starts, beside stubs.c. */
#include "layout.h"

trap_entry:
    /* Exercise 2.2. Steps 1 to 4 at the top of this file. Read layout.h for
     * the offsets, struct hart in hart.h, and riscv.h for what the hart does
     * by itself when it traps.
     *
     * Until then the first trap stops the machine. All registers are still
     * the program's, sp too: so first a stack, then a last word. */
    la      sp, hart_stacks + HART_STACK_BYTES
    la      a0, 1f
    call    panic
    .pushsection .rodata
1:  .asciz  "a trap, and trap_entry is still to be written (exercise 2.2)"
    .popsection
    .size trap_entry, . - trap_entry

trap_exit:
    /* Exercise 2.2. Steps 5 to 8 at the top of this file. Read struct hart and
     * struct thread for what is where, and space.h for the word in satp.
     *
     * Until then no thread is ever entered. */
    la      a0, 1f
    call    panic
    .pushsection .rodata
1:  .asciz  "trap_exit is still to be written (exercise 2.2)"
    .popsection
    .size trap_exit, . - trap_exit

trap_entry_traced:
    /* Exercise 2.2, when trap_entry works: the same, with trap_traced in the
     * place of trap.
     *
     * Until then traps leave nothing in the trace. */
    j       trap_entry
    .size trap_entry_traced, . - trap_entry_traced

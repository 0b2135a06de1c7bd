/* SPDX-License-Identifier: MIT */
/* From OpenSBI to C.
 *
 * OpenSBI enters _start in S-mode with paging off, a0 = hart id and a1 =
 * physical address of the device tree. Steps:
 *
 *   1. name a trap handler, so that a mistake prints instead of rebooting
 *   2. clear .bss: nobody has promised to have done it
 *   3. build a root table that maps the first 4 GiB of RAM twice, where they
 *      are and where the kernel is linked, in leaves of 1 GiB
 *   4. turn paging on, jump to the linked address, take a stack, call C
 *   5. enter the first thread
 *
 * OpenSBI 1.1 tells a hart to start before it writes down where and with what
 * argument. A hart that looks in between comes to _start too, when another has
 * long begun. So the first to come takes is_taken, the others go the way they
 * should have come, and all of them find their record by their id.
 *
 * The first table is replaced by kernel_map's as soon as C can build it. */
#include "layout.h"

    .section .boot, "ax"
    .globl _start
    .type _start, @function
_start:
    la      t0, is_taken
    li      t1, 1
    amoswap.w t1, t1, (t0)
    bnez    t1, _start_other
1:  la      t0, early_trap
    csrw    stvec, t0
    csrw    sie, zero
    csrw    sscratch, zero

2:  ld      t0, bss_start
    ld      t1, bss_end
20: sd      zero, 0(t0)
    sd      zero, 8(t0)
    sd      zero, 16(t0)
    sd      zero, 24(t0)
    addi    t0, t0, 32
    bltu    t0, t1, 20b

    /* A leaf is page number << 10 | D A G - X W R V. */
3:  ld      t0, root_table
    li      t1, (0x80000000 >> 12 << 10) | 0xef
    li      t2, 1 << (30 - 12 + 10)
    li      t3, 4
    addi    t4, t0, 2 * 8
    li      t5, 256 * 8
    add     t5, t5, t4
30: sd      t1, 0(t4)
    sd      t1, 0(t5)
    add     t1, t1, t2
    addi    t4, t4, 8
    addi    t5, t5, 8
    addi    t3, t3, -1
    bnez    t3, 30b

4:  srli    t0, t0, 12
    li      t1, 8 << 60
    or      t0, t0, t1
    csrw    satp, t0
    sfence.vma
    ld      t0, high_entry
    jr      t0
    .size _start, . - _start

    /* Another hart, started by hart_start: a0 hart id. The first table is still
     * there, so this is steps 1 and 4 once more. */
    .globl _start_other
    .type _start_other, @function
_start_other:
1:  la      t0, early_trap
    csrw    stvec, t0
    csrw    sie, zero
    csrw    sscratch, zero
4:  ld      t0, root_table
    srli    t0, t0, 12
    li      t1, 8 << 60
    or      t0, t0, t1
    csrw    satp, t0
    sfence.vma
    ld      t0, high_entry_other
    jr      t0
    .size _start_other, . - _start_other

    /* Before C: prints "early trap", scause, sepc and stval, then stops the
     * machine. Without it OpenSBI would start the kernel again and again. */
    .balign 4
    .type early_trap, @function
early_trap:
    la      s0, early_text
1:  lbu     a0, 0(s0)
    beqz    a0, 2f
    li      a7, 1
    ecall
    addi    s0, s0, 1
    j       1b
2:  csrr    s0, scause
    jal     s3, early_hex
    csrr    s0, sepc
    jal     s3, early_hex
    csrr    s0, stval
    jal     s3, early_hex
    li      a0, '\n'
    li      a7, 1
    ecall
    li      a7, 8                   /* legacy shutdown */
    ecall
3:  j       3b
    .size early_trap, . - early_trap

    /* Prints " " and the 16 digits of s0; returns to s3. */
early_hex:
    li      a0, ' '
    li      a7, 1
    ecall
    li      s1, 60
1:  srl     a0, s0, s1
    andi    a0, a0, 15
    sltiu   s2, a0, 10
    addi    a0, a0, 'a' - 10
    beqz    s2, 2f
    addi    a0, a0, '0' - 'a' + 10
2:  li      a7, 1
    ecall
    addi    s1, s1, -4
    bgez    s1, 1b
    jr      s3

    .section .boot.data, "a"
    .balign 8
bss_start:
    .dword  kernel_bss - KERNEL_BASE
bss_end:
    .dword  kernel_end - KERNEL_BASE
root_table:
    .dword  boot_root - KERNEL_BASE
high_entry:
    .dword  high_start
high_entry_other:
    .dword  high_start_other
is_taken:                           /* not in .bss, which step 2 clears */
    .word   0
early_text:
    .asciz  "early trap: cause, pc, address"

    .text
    .type high_start, @function
high_start:
4:  la      sp, hart_stacks + HART_STACK_BYTES
    la      t0, trap_entry
    csrw    stvec, t0
    call    kernel_main             /* a0 hart id, a1 device tree */
5:  tail    trap_exit               /* a0 the first thread */
    .size high_start, . - high_start

    .type high_start_other, @function
high_start_other:
4:  la      tp, harts
40: ld      t0, HART_ID(tp)
    beq     t0, a0, 41f
    addi    tp, tp, HART_BYTES
    j       40b
41: mv      a0, tp
    ld      sp, HART_STACK(tp)
    la      t0, trap_entry
    csrw    stvec, t0
    call    kernel_join
5:  tail    trap_exit               /* a0 its first thread */
    .size high_start_other, . - high_start_other

    .section .rodata
    .balign 8
    .globl hart_entry
hart_entry:                         /* where the firmware enters it */
    .dword  _start_other

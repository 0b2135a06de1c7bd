/* SPDX-License-Identifier: MIT */
/* The one way into the kernel and the one way out.
 *
 * In user mode sscratch points at the running thread; in the kernel it is 0.
 * So a trap that finds 0 there came from the kernel itself, which is a bug.
 *
 * trap_entry
 *   1. swap a0 with sscratch: a0 is the thread, or 0
 *   2. save all registers in the thread's frame; the pc is trap()'s affair,
 *      which knows whether it is to be the next one
 *   3. take the hart's stack and the kernel lock
 *   4. call trap(thread, cause, pc); it returns the thread to resume
 * trap_exit (a0 = thread to resume, lock held)
 *   5. make it the hart's current thread
 *   6. change the address space, if it is another
 *   7. drop the lock
 *   8. restore all registers, return to user mode
 *
 * The lock is taken here and dropped here, and by nobody in between: all of
 * the kernel's C runs under it. */
#include "layout.h"

    .text
    .balign 64
/* Lab: traps-entry */
    .globl trap_entry
    .type trap_entry, @function
trap_entry:
1:  csrrw   a0, sscratch, a0
    beqz    a0, kernel_trap

2:  sd      x1, 1*8(a0)
    sd      x2, 2*8(a0)
    sd      x3, 3*8(a0)
    sd      x4, 4*8(a0)
    sd      x5, 5*8(a0)
    sd      x6, 6*8(a0)
    sd      x7, 7*8(a0)
    sd      x8, 8*8(a0)
    sd      x9, 9*8(a0)
    sd      x11, 11*8(a0)
    sd      x12, 12*8(a0)
    sd      x13, 13*8(a0)
    sd      x14, 14*8(a0)
    sd      x15, 15*8(a0)
    sd      x16, 16*8(a0)
    sd      x17, 17*8(a0)
    sd      x18, 18*8(a0)
    sd      x19, 19*8(a0)
    sd      x20, 20*8(a0)
    sd      x21, 21*8(a0)
    sd      x22, 22*8(a0)
    sd      x23, 23*8(a0)
    sd      x24, 24*8(a0)
    sd      x25, 25*8(a0)
    sd      x26, 26*8(a0)
    sd      x27, 27*8(a0)
    sd      x28, 28*8(a0)
    sd      x29, 29*8(a0)
    sd      x30, 30*8(a0)
    sd      x31, 31*8(a0)
    csrrw   t1, sscratch, zero      /* the user's a0; 0 = in the kernel */
    sd      t1, 10*8(a0)

3:  ld      tp, THREAD_HART(a0)
    ld      sp, HART_STACK(tp)
    ld      t1, HART_LOCK(tp)
    li      t2, 1
30: amoswap.w.aq t2, t2, (t1)
    bnez    t2, 30b

4:  csrr    a1, scause
    csrr    a2, sepc
    call    trap
    .size trap_entry, . - trap_entry

/* Lab: traps-entry */
    .globl trap_exit
    .type trap_exit, @function
trap_exit:
5:  sd      a0, HART_CURRENT(tp)
    sd      tp, THREAD_HART(a0)

    /* A space that shares ASID 0 is marked by a word with the top bit clear;
     * its translations must not outlive its stay on the hart. */
6:  ld      t1, THREAD_SATP(a0)
    ld      t2, HART_SATP(tp)
    beq     t1, t2, 7f
    sd      t1, HART_SATP(tp)
    bgez    t1, 60f
    csrw    satp, t1
7:  ld      t1, HART_LOCK(tp)
    amoswap.w.rl zero, zero, (t1)

8:  ld      t1, FRAME_PC(a0)
    csrw    sepc, t1
    csrw    sscratch, a0
    ld      x1, 1*8(a0)
    ld      x2, 2*8(a0)
    ld      x3, 3*8(a0)
    ld      x4, 4*8(a0)
    ld      x5, 5*8(a0)
    ld      x6, 6*8(a0)
    ld      x7, 7*8(a0)
    ld      x8, 8*8(a0)
    ld      x9, 9*8(a0)
    ld      x11, 11*8(a0)
    ld      x12, 12*8(a0)
    ld      x13, 13*8(a0)
    ld      x14, 14*8(a0)
    ld      x15, 15*8(a0)
    ld      x16, 16*8(a0)
    ld      x17, 17*8(a0)
    ld      x18, 18*8(a0)
    ld      x19, 19*8(a0)
    ld      x20, 20*8(a0)
    ld      x21, 21*8(a0)
    ld      x22, 22*8(a0)
    ld      x23, 23*8(a0)
    ld      x24, 24*8(a0)
    ld      x25, 25*8(a0)
    ld      x26, 26*8(a0)
    ld      x27, 27*8(a0)
    ld      x28, 28*8(a0)
    ld      x29, 29*8(a0)
    ld      x30, 30*8(a0)
    ld      x31, 31*8(a0)
    ld      x10, 10*8(a0)
    sret

60: li      t2, 1
    slli    t2, t2, 63
    or      t1, t1, t2
    csrw    satp, t1
    sfence.vma
    j       7b
    .size trap_exit, . - trap_exit

/* The same entry while the trace is on (trace.c).
 *
 * Lab: traps-entry */
    .balign 4
    .globl trap_entry_traced
    .type trap_entry_traced, @function
trap_entry_traced:
1:  csrrw   a0, sscratch, a0
    beqz    a0, kernel_trap
2:  .irp r, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\r, \r*8(a0)
    .endr
    csrrw   t1, sscratch, zero
    sd      t1, 10*8(a0)
3:  ld      tp, THREAD_HART(a0)
    ld      sp, HART_STACK(tp)
    ld      t1, HART_LOCK(tp)
    li      t2, 1
30: amoswap.w.aq t2, t2, (t1)
    bnez    t2, 30b
4:  csrr    a1, scause
    csrr    a2, sepc
    call    trap_traced
    j       trap_exit
    .size trap_entry_traced, . - trap_entry_traced

/* A trap from the kernel: a kernel bug. The stack may be the trouble, so the
 * registers go to a frame on a stack of its own and panic_trap gets that
 * frame. sscratch, which is free here, carries sp across. */
    .type kernel_trap, @function
kernel_trap:
    csrrw   a0, sscratch, sp        /* a0 as it was */
    la      sp, panic_stack + PANIC_STACK_BYTES - FRAME_BYTES
    sd      x1, 1*8(sp)
    sd      x3, 3*8(sp)
    sd      x4, 4*8(sp)
    sd      x5, 5*8(sp)
    .irp r, 6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\r, \r*8(sp)
    .endr
    csrrw   t0, sscratch, zero
    sd      t0, 2*8(sp)
    csrr    t0, sepc
    sd      t0, FRAME_PC(sp)
    mv      a0, sp
    j       panic_trap
    .size kernel_trap, . - kernel_trap

    .bss
    .balign 4096
    .globl hart_stacks, panic_stack, boot_root
hart_stacks:                        /* each: guard page, stack */
    .space  HART_STACK_BYTES * HART_MAX
panic_stack:
    .space  PANIC_STACK_BYTES
boot_root:
    .space  4096

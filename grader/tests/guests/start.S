/* SPDX-License-Identifier: MIT */
/* Entry of the guest, at the image's first byte: a stack, a cleared .bss,
 * then C. */

    .text
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, stack_top
    la t0, __bss_start
    la t1, _end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  mv a0, a1
    call guest_main
    call test_end

/* void user_calls(long count): `count` system calls from user mode, all at
 * the call site in sys_probe, then one in user_leave. Paging is off; the
 * firmware lets user mode use all of RAM. */
    .globl user_calls
user_calls:
    la t0, saved
    sd ra, 0(t0)
    sd sp, 8(t0)
    la t0, on_trap
    csrw stvec, t0
    li t0, 1 << 8 /* SPP: without it, sret goes to user mode */
    csrc sstatus, t0
    la t0, sys_probe
    csrw sepc, t0
    li a7, 0
    sret

    .balign 4
on_trap:
    bnez a7, 1f
    csrr t0, sepc
    addi t0, t0, 4
    csrw sepc, t0
    sret
1:  la t0, saved
    ld ra, 0(t0)
    ld sp, 8(t0)
    ret

    .bss
    .balign 16
saved:
    .skip 16
    .skip 16384
stack_top:

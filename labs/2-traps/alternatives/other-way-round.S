/* SPDX-License-Identifier: MIT */
/* The same in another order: registers are saved from the top down with the
 * assembler's loop, the pc is kept in s0 meanwhile, and the way out goes over
 * sp, which is restored last. The lock is taken with a load in front, so that
 * a hart that waits does not write. */
trap_entry:
    csrrw   a0, sscratch, a0
    bnez    a0, 1f
    j       kernel_trap
1:  .irp r, 31,30,29,28,27,26,25,24,23,22,21,20,19,18,17,16,15,14,13,12,11,9,8,7,6,5,4,3,2,1
    sd      x\r, \r*8(a0)
    .endr
    csrr    s1, sscratch
    csrw    sscratch, zero
    sd      s1, 10*8(a0)
    csrr    s0, sepc
    ld      s2, THREAD_HART(a0)
    mv      tp, s2
    ld      sp, HART_STACK(s2)
    ld      s3, HART_LOCK(s2)
2:  lw      s4, (s3)
    bnez    s4, 2b
    li      s4, 1
    amoswap.w.aq s4, s4, (s3)
    bnez    s4, 2b
    mv      a2, s0
    csrr    a1, scause
    call    trap
    j       trap_exit
    .size trap_entry, . - trap_entry

trap_exit:
    ld      s0, THREAD_SATP(a0)
    ld      s1, HART_SATP(tp)
    sd      tp, THREAD_HART(a0)
    sd      a0, HART_CURRENT(tp)
    beq     s0, s1, 2f
    sd      s0, HART_SATP(tp)
    bltz    s0, 1f
    li      s1, 1
    slli    s1, s1, 63
    or      s0, s0, s1
    csrw    satp, s0
    sfence.vma
    j       2f
1:  csrw    satp, s0
2:  ld      s2, HART_LOCK(tp)
    amoswap.w.rl zero, zero, (s2)
    csrw    sscratch, a0
    mv      sp, a0
    ld      s0, FRAME_PC(sp)
    csrw    sepc, s0
    .irp r, 31,30,29,28,27,26,25,24,23,22,21,20,19,18,17,16,15,14,13,12,11,10,9,8,7,6,5,4,3,1
    ld      x\r, \r*8(sp)
    .endr
    ld      sp, 2*8(sp)
    sret
    .size trap_exit, . - trap_exit

/* kills: 2.2; hint: trap() is told the pc where it looks for the cause, and the cause where it looks for the pc. */
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

4:  csrr    a1, sepc
    csrr    a2, scause
    call    trap
    .size trap_entry, . - trap_entry

/* kills: 2.2; hint: if the thread that came in goes on itself, its t2 is not restored. */
trap_exit:
5:  ld      t3, HART_CURRENT(tp)
    sd      a0, HART_CURRENT(tp)
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
    beq     t3, a0, 80f
    ld      x7, 7*8(a0)
80:
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

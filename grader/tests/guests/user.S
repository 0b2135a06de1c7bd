/* SPDX-License-Identifier: MIT */
/* What stands for a given program: it is at the same addresses in each kernel
 * that a test builds, and alone in driver.elf. */

    .section .user, "ax"
    .globl test_end, sys_probe, user_leave
    .type test_end, @function
test_end:
    j test_end
    .size test_end, . - test_end

    .type sys_probe, @function
sys_probe:
    ecall
    addi a0, a0, -1
    bnez a0, sys_probe
    j user_leave
    .size sys_probe, . - sys_probe

    .type user_leave, @function
user_leave:
    li a7, 1
    ecall
    .size user_leave, . - user_leave

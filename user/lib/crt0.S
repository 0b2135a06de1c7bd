/* SPDX-License-Identifier: MIT */
/* The first instructions of every thread, for each of the ways to begin.
 *
 * C code expects three registers besides sp:
 *
 *     gp   the middle of the small variables, the same in all threads
 *     tp   this thread's own variables, such as errno
 *     ra   anything: what is called here never returns
 */

/* A program that spawn started: a0 is its struct startup. */
    .section .text.start.program, "ax"
    .globl _start
    .type _start, @function
_start:
    .cfi_startproc
    .cfi_undefined ra
    call registers_set
    call startup_run
    .cfi_endproc
    .size _start, . - _start

/* The first program, which the kernel started: abi/boot.h has a0 to a4. */
    .section .text.start.boot, "ax"
    .globl boot_start
    .type boot_start, @function
boot_start:
    .cfi_startproc
    .cfi_undefined ra
    call registers_set
    call boot_run
    .cfi_endproc
    .size boot_start, . - boot_start

/* A further thread: a0 is its struct thread_start (thread.c). */
    .section .text.start.thread, "ax"
    .globl thread_entry
    .type thread_entry, @function
thread_entry:
    .cfi_startproc
    .cfi_undefined ra
    .option push
    .option norelax
    lla gp, __global_pointer$
    .option pop
    ld tp, 0(a0)
    call thread_run
    .cfi_endproc
    .size thread_entry, . - thread_entry

/* Sets gp and tp for the first thread; changes nothing else. */
    .section .text.start.registers, "ax"
    .globl registers_set
    .type registers_set, @function
registers_set:
    .option push
    .option norelax             /* or it would read: gp = gp + 0 */
    lla gp, __global_pointer$
    .option pop
    lla tp, __first_tls
    ret
    .size registers_set, . - registers_set

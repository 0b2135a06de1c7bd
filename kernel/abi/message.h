/* SPDX-License-Identifier: MIT */
/* The message registers, once and for all. docs/abi.md draws them.
 *
 *            into the kernel                 out of the kernel
 *     a0     handle                          error
 *     a1     label | flags                   label | flags
 *     a2-a6  five words                      five words
 *     a7     number of the call              kept
 *     t0     token to reply to               token of the caller (0: none)
 *     t1     lease address                   badge of the handle sent through
 *     t2     lease length                    lease length
 *
 * All other registers are kept. The low 32 bits of a1 are the label, which
 * means what the protocol says; the high 32 bits are flags. Flags that come
 * out are written by the kernel alone, so an integer never poses as a handle
 * and no program poses as the kernel. */
#pragma once

#include <stdint.h>

#define MESSAGE_LABEL_MASK UINT64_C(0xffffffff)

/* Asked for by the sender or receiver. */
#define MESSAGE_NOWAIT (UINT64_C(1) << 32) /* fail rather than wait */

/* Asked for by the sender, and told to the receiver. */
#define MESSAGE_HANDLE (UINT64_C(1) << 33) /* a6 is a handle to move */

/* Asked for by a caller, one of the two: t1, t2 are lent until the reply. */
#define MESSAGE_LEASE_READ (UINT64_C(1) << 34)  /* the server may read */
#define MESSAGE_LEASE_WRITE (UINT64_C(1) << 35) /* the server may write */
#define MESSAGE_LEASES (MESSAGE_LEASE_READ | MESSAGE_LEASE_WRITE)

/* Written by the kernel: the message is its own and not a program's. The words
 * are
 *     SIGNAL   signal bits
 *     FAULT    cause (scause), address (stval), pc, thread id
 *     ENDED    enum ended_reason, code, address of the fault if it was one */
#define MESSAGE_SIGNAL (UINT64_C(1) << 36)
#define MESSAGE_FAULT (UINT64_C(1) << 37)
#define MESSAGE_ENDED (UINT64_C(1) << 38)

/* The label of the reply to a fault. */
enum fault_answer {
    FAULT_RESUME = 0,    /* at the instruction that faulted */
    FAULT_RESUME_AT = 1, /* at the pc in word 0 */
    FAULT_END = 2,       /* the process ends, with the code in word 0 */
};

/* Why a process ended. */
enum ended_reason {
    ENDED_EXIT = 0,    /* its last thread did; the code it gave */
    ENDED_KILLED = 1,  /* it was killed; the code that its killer gave */
    ENDED_FAULT = 2,   /* nobody helped; the cause */
    ENDED_CREATOR = 3, /* the process that made it ended */
};

enum { MESSAGE_WORDS = 5 };

/* A token is the right to answer one caller once. 0 is no token. */
typedef uint64_t token_t;

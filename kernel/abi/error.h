/* SPDX-License-Identifier: MIT */
/* The errors of every system call, in one list.
 *
 * A call answers in a0: 0 is success, anything else is one of these numbers.
 * Results come in a1 and up and mean something only when a0 is 0.
 *
 * Where several errors apply, the first in this order wins: the handle
 * (ERR_HANDLE, then ERR_TYPE, then ERR_RIGHTS), the next handle in argument
 * order, the plain arguments, then what is missing (memory, slots). */
#pragma once

/* X(name, number, text): the text completes "the call failed: ...". */
#define ERROR_LIST(X)                                                          \
    X(OK, 0, "success")                                                        \
    X(ERR_HANDLE, 1, "no such handle")                                         \
    X(ERR_TYPE, 2, "the handle names an object of another type")               \
    X(ERR_RIGHTS, 3, "the handle lacks a right that the call needs")           \
    X(ERR_ARGUMENT, 4, "an argument is out of its range")                      \
    X(ERR_ADDRESS, 5, "the address is not mapped, or may not be mapped")       \
    X(ERR_EXISTS, 6, "something is there already")                             \
    X(ERR_QUOTA, 7, "the paying process has no frames left")                   \
    X(ERR_FULL, 8, "the handle table or the thread table is full")             \
    X(ERR_WOULD_BLOCK, 9, "nobody is waiting and NOWAIT was asked for")        \
    X(ERR_TOKEN, 10, "the token names no caller that waits for this process")  \
    X(ERR_REVOKED, 11, "the handle was closed while a thread waited on it")    \
    X(ERR_DEAD, 12, "nobody is left to receive or to answer")                  \
    X(ERR_LEASE, 13, "the lent memory is missing or was lent otherwise")       \
    X(ERR_SYSCALL, 14, "no such system call")                                  \
    X(ERR_UNFINISHED, 15, "this part of the kernel is still to be written")    \
    X(ERR_BUSY, 16, "a thread waits through the handle that was to move")

enum error {
#define ERROR_ENUM(name, number, text) name = (number),
    ERROR_LIST(ERROR_ENUM)
#undef ERROR_ENUM
};

/* An `enum error` where it travels in a register. */
typedef int err_t;

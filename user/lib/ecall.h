/* SPDX-License-Identifier: MIT */
/* One system call: arguments into registers, an ecall, results out. For the
 * stubs (syscall.c, syscall_message.c) and nobody else.
 *
 * The helpers are inlined into each stub, and the compiler then removes
 * whatever the stub does not use. The kernel keeps all registers that carry no
 * result, so no stub needs a stack. */
#pragma once

#include <lib/syscall.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* A variable that is in register `name` when the ecall comes. */
#define REGISTER(name, value) register uint64_t name __asm__(#name) = (value)

struct arguments {
    enum syscall_number number;
    uint64_t a[7];
};

struct answer {
    err_t error;
    uint64_t value; /* of a1 */
};

ALWAYS_INLINE struct answer
plain_ecall(struct arguments in)
{
    REGISTER(a0, in.a[0]);
    REGISTER(a1, in.a[1]);
    REGISTER(a2, in.a[2]);
    REGISTER(a3, in.a[3]);
    REGISTER(a4, in.a[4]);
    REGISTER(a5, in.a[5]);
    REGISTER(a6, in.a[6]);
    REGISTER(a7, in.number);

    /* A long call keeps its progress in its arguments, so none of them is
     * sure to come back as it was. */
    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4),
                       "+r"(a5), "+r"(a6)
                     : "r"(a7)
                     : "memory");
    return (struct answer){(err_t)a0, a1};
}

/* PLAIN(number, argument...): arguments left out are 0. */
#define PLAIN(number, ...)                                                     \
    plain_ecall((struct arguments){number, {__VA_ARGS__}})

/* Stores the call's result, if it has one to give. */
ALWAYS_INLINE err_t
answer_store(struct answer answer, handle_t *result)
{
    if (answer.error == OK)
        *result = answer.value;
    return answer.error;
}

/* SPDX-License-Identifier: MIT */
/* What the host tests of the kernel's pure modules share.
 *
 * A test is a program of its own, compiled with the module's file, ASan and
 * UBSan: it ends with status 0, or it says what is wrong and aborts. Random
 * tests are the same in each run. */
#pragma once

#include "types.h"

#include <setjmp.h>
#include <stddef.h>

#define CHECK(claim)                                                           \
    do {                                                                       \
        if (!(claim))                                                          \
            check_failed(__FILE__, __LINE__, #claim);                          \
    } while (0)

/* Passes when the statement makes the kernel panic. */
#define CHECK_PANICS(statement)                                                \
    do {                                                                       \
        check_expects_panic = true;                                            \
        if (setjmp(check_panicked) == 0) {                                     \
            statement;                                                         \
            check_failed(__FILE__, __LINE__, "no panic: " #statement);         \
        }                                                                      \
        check_expects_panic = false;                                           \
    } while (0)

extern jmp_buf check_panicked;
extern bool check_expects_panic;

_Noreturn void check_failed(const char *file, int line, const char *claim);

/* The next random number: splitmix64 from a fixed seed. */
uint64_t check_random(void);

/* Begins the row of random numbers again. */
void check_random_restart(void);

/* A random number from 0 to limit - 1. */
unsigned check_below(unsigned limit);

/* A copy of the `bytes` bytes at `source` that ASan watches to the byte;
 * to be freed by the caller. */
void *check_copy(const void *source, size_t bytes);

/* The file's content as such a copy, and its length. */
void *check_file(const char *path, size_t *bytes);

/* Reads each byte, so that ASan sees an address that is not there. */
void check_readable(const void *memory, size_t bytes);

/* Changes `count` random bytes among the first `reach` of `memory`. */
void check_damage(void *memory, size_t reach, unsigned count);

/* SPDX-License-Identifier: MIT */
/* What programs under test share: parameters, random numbers, records.
 *
 * The host chooses a run by parameters, "name=value" words. The first program
 * has them from the machine's command line and hands on to the others what
 * they need as arguments; test_parameter finds them in both.
 *
 * Records tell the host what happened. Only one process of a run may write
 * them, for they are numbered through. The host believes none of them that
 * does not carry the run's nonce. */
#pragma once

#include <stdint.h>

/* The parameter `name` as a number (0x... is hexadecimal), `otherwise` if
 * there is none. */
uint64_t test_parameter(const char *name, uint64_t otherwise);

/* The next number of the sequence that `state` is in: splitmix64, which the
 * host computes too. */
uint64_t test_random(uint64_t *state);

/* Writes a record, of at most 200 characters after formatting; what is longer
 * is cut. See test.c for its form on the wire. */
__attribute__((format(printf, 1, 2))) void test_record(const char *format, ...);

/* The end of a program under test. The host stops the machine at this
 * function's first instruction and looks around. If nobody does, the machine
 * is powered off, or the thread ends where that is not ours to do. */
_Noreturn void test_end(void);

/* SPDX-License-Identifier: MIT */
/* What the programs that measure share.
 *
 * A measurement is a loop of rounds between two readings of the counter of
 * retired instructions, after a shorter run that warms up. User and kernel
 * instructions count alike, the loop included. Nothing idles in between: the
 * counter runs on while a hart waits. One line a measurement:
 *
 *     bench NAME INSTRUCTIONS ROUNDS
 *
 * The numbers mean something only under QEMU's -icount shift=0. */
#pragma once

#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS_WARM_UP = 64, PRIORITY = 32, URGENT = 33 };

/* Prints the reason and switches off with a failure. */
_Noreturn static inline void
measure_fail(const char *name, const char *problem)
{
    printf("bench FAILED %s: %s\n", name, problem);
    (void)!sys_machine_power_off(startup_handle("machine"), EXIT_FAILURE);
    exit(EXIT_FAILURE);
}

static inline void
measure_check(const char *name, bool claim, const char *problem)
{
    if (!claim)
        measure_fail(name, problem);
}

/* The two readings count one of themselves, so the host takes one off. */
static inline void
measure_print(const char *name, uint64_t instructions, uint64_t rounds)
{
    printf("bench %s %lu %lu\n", name, instructions, rounds);
}

static inline uint64_t
measure_now(void)
{
    uint64_t now;

    __asm__ volatile("rdinstret %0" : "=r"(now)::"memory");
    return now;
}

/* A new endpoint; `send` is ours to send with. */
static inline handle_t
measure_endpoint(const char *name, handle_t *send)
{
    handle_t self = startup_handle("self"), both_ends;
    rights_t rights = RIGHT_DERIVE | ENDPOINT_SEND;

    measure_check(name,
                  sys_endpoint_create(self, &both_ends) == OK &&
                      sys_handle_copy(both_ends, self, rights, send) == OK,
                  "no endpoint");
    return both_ends;
}

/* Starts the program that `request` names, from the boot archive. */
static inline handle_t
measure_start(struct spawn_request *request)
{
    struct spawned spawned;

    request->image = boot_file(request->name, &request->image_bytes);
    if (spawn_process(request, &spawned) != OK)
        measure_fail(request->name, spawned.problem);
    return spawned.process;
}

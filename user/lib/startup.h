/* SPDX-License-Identifier: MIT */
/* What a program is given when it starts: arguments, and handles by name.
 *
 * A handle is all that a program can act through, and it has those that its
 * creator granted it and no others. The creator gives each a name, so that
 * the program can ask for what it needs: startup_handle("console"). Names
 * that most programs know:
 *
 *     self      the process itself, to create and map memory and threads
 *     machine   the log, where stdout goes; for init, also power-off
 *
 * The block below lies at the top of the first thread's stack, written by
 * lib/spawn.h; for init, boot.c makes one from what the kernel says. */
#pragma once

#include <abi/rights.h>

enum { STARTUP_NAME_BYTES = 16 };

struct startup_grant {
    char name[STARTUP_NAME_BYTES]; /* ends with a zero */
    handle_t handle;
};

struct startup {
    uint64_t argc;
    char **argv; /* argc strings and NULL */
    uint64_t grant_count;
    const struct startup_grant *grants;
};

/* The handle granted under `name`, HANDLE_NONE if there is none. */
handle_t startup_handle(const char *name);

/* The value in the argument "name=value", NULL if there is none. */
const char *startup_argument(const char *name);

/* Runs the program: the C library's start, main, exit. For crt0.S and boot.c;
 * `startup` stays where it is. */
_Noreturn void startup_run(const struct startup *startup);

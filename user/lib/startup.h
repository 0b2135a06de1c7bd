/* SPDX-License-Identifier: MIT */
/* What a program is given when it starts: arguments, environment, handles by
 * name, and where its first three files are.
 *
 * A handle is all that a program can act through, and it has those that its
 * creator granted it and no others. The creator gives each a name, so that
 * the program can ask for what it needs: startup_handle("console"). Names
 * that most programs know:
 *
 *     self      the process itself, to create and map memory and threads
 *     machine   the log, where stdout goes without a file of its own; for
 *               init, also power-off
 *     names     the name server: it leads to files and all other servers
 *     fd0 fd1 fd2
 *               a stream that is read or written as stdin, stdout or stderr
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

/* A file to open as stdin, stdout or stderr. */
struct startup_file {
    const char *path; /* NULL: none */
    uint64_t flags;   /* of open(2): O_RDONLY, O_WRONLY | O_APPEND, ... */
};

enum { STARTUP_FILES = 3 };

struct startup {
    uint64_t argc;
    char **argv;        /* argc strings and NULL */
    char **environment; /* strings and NULL; NULL: none at all */
    struct startup_file files[STARTUP_FILES];
    uint64_t grant_count;
    const struct startup_grant *grants;
};

/* The handle granted under `name`, HANDLE_NONE if there is none. */
handle_t startup_handle(const char *name);

/* The file to open as `descriptor`; its path is NULL if none was given. */
struct startup_file startup_file(unsigned descriptor);

/* The value in the argument "name=value", NULL if there is none. */
const char *startup_argument(const char *name);

/* Runs the program: the C library's start, main, exit. For crt0.S and boot.c;
 * `startup` stays where it is. */
_Noreturn void startup_run(const struct startup *startup);

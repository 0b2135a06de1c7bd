/* SPDX-License-Identifier: MIT */
/* Starting programs that lie in files, as a shell does.
 *
 * Each gets a name server's client of its own (grant "names"), so that servers
 * can tell it from us, and our current directory in its environment. Whoever
 * starts a program hears of its end through the supervisor's endpoint, and then
 * calls program_end.
 *
 * Grants: "self", "names". */
#pragma once

#include <lib/spawn.h>

/* Fields that are 0 or NULL take the value in brackets. */
struct program_request {
    const char *path;               /* of the ELF file */
    const char *name;               /* argument 0 [the path's last name] */
    const char *const *arguments;   /* after that, up to NULL [none] */
    const char *const *environment; /* up to NULL [our own] */
    struct startup_file files[STARTUP_FILES]; /* stdin, stdout, stderr [none] */
    handle_t streams[STARTUP_FILES];  /* the same, as handles [none]; copied */
    const struct spawn_grant *grants; /* beside "self", "names", "fd<n>" */
    size_t grant_count;               /* at most PROGRAM_GRANTS_MAX */
    uint64_t frames, slots, stack_pages; /* see lib/spawn.h */
    unsigned priority;
    handle_t supervisor;
};

enum { PROGRAM_GRANTS_MAX = 12 };

struct program {
    handle_t process;    /* all rights; HANDLE_NONE on an error */
    uint64_t client;     /* its number at the name server */
    const char *problem; /* on an error, what: "the program ..." */
};

/* Starts it. Returns 0 or an error of <errno.h>: that of reading the file,
 * ENOEXEC if it is no program, ENOMEM if it cannot get what it needs; then
 * nothing of it is left. Only one thread of a process may do this at a time. */
__attribute__((warn_unused_result)) int
program_start(const struct program_request *request, struct program *program);

/* The program has ended, or was killed: its client ends too, and with it all
 * files that it had open. */
void program_end(const struct program *program);

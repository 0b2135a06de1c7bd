/* SPDX-License-Identifier: MIT */
/* Starting programs.
 *
 * The kernel knows nothing of programs: it makes an empty process, and
 * whoever holds it fills it. spawn_process does so with an ELF file: it
 * creates memory, copies the segments in, maps them into the child, and puts
 * the handles granted into the child's table, and those only. The child's
 * memory and threads are paid for by the child's own quota. */
#pragma once

#include <abi/error.h>
#include <lib/startup.h>

#include <stddef.h>
#include <stdint.h>

/* A handle of ours that the child gets a copy of. */
struct spawn_grant {
    const char *name; /* by which it asks for it (lib/startup.h), under 16 */
    handle_t handle;
    rights_t rights; /* of the copy */
    uint64_t badge;  /* of the copy; 0: as it is */
};

/* Fields that are 0 or NULL take the value in brackets. */
struct spawn_request {
    const char *name;  /* of the process; its first argument too */
    const void *image; /* an ELF file of `image_bytes` bytes */
    size_t image_bytes;
    const char *const *arguments;   /* after the name, up to NULL [none] */
    const char *const *environment; /* "NAME=value", up to NULL [none] */
    struct startup_file files[STARTUP_FILES]; /* stdin, stdout, stderr [none] */
    const struct spawn_grant *grants;
    size_t grant_count;
    uint64_t frames;      /* that it may use, kernel objects too [128] */
    uint64_t slots;       /* of its handle table [64] */
    uint64_t stack_pages; /* [4]; more if the file asks for more */
    unsigned priority;    /* of its thread, and the highest it may use */
    handle_t supervisor;  /* endpoint that hears of its faults and end [none] */
};

struct spawned {
    handle_t process;    /* all rights; HANDLE_NONE on an error */
    const char *problem; /* on an error, what: "the program ..." */
};

/* Starts a program. Either it runs and 0 comes back, or nothing is left of it
 * and `spawned->problem` says what went wrong. Beside the grants it always
 * gets its own process as "self". Works through our own grant "self"; only
 * one thread of a process may spawn at a time. */
__attribute__((warn_unused_result)) err_t
spawn_process(const struct spawn_request *request, struct spawned *spawned);

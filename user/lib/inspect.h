/* SPDX-License-Identifier: MIT */
/* All threads and processes at a time, for programs like ps and top.
 *
 * Each is right when it is read, one after the other: a thread may have moved
 * on before the next is looked at. */
#pragma once

#include <abi/inspect.h>
#include <lib/syscall.h>

#include <stdbool.h>
#include <stddef.h>

struct thread_view {
    uint64_t id;
    uint64_t process;      /* number */
    uint64_t instructions; /* that it was billed for */
    uint64_t waits_for;    /* number of an endpoint or a process, by state */
    enum inspect_state state;
    unsigned priority;
    unsigned base_priority; /* without what callers lend it */
};

struct process_view {
    uint64_t number;
    uint64_t creator;      /* number; 0: it is init */
    uint64_t frames_left;  /* of its quota */
    uint64_t frames_given; /* 0 for init, which has what was free */
    uint64_t threads;
    uint64_t instructions; /* of the threads that it has */
    bool is_ending;
    char name[PROCESS_NAME_BYTES + 1];
};

struct system_view {
    struct thread_view *threads; /* by id */
    size_t thread_count;
    struct process_view *processes; /* in the order of their first threads */
    size_t process_count;
};

/* Looks at the whole system through `machine` (INSPECT) into `view`, which was
 * all zeros at first and is used again and again. ERR_QUOTA: no memory. */
MUST_CHECK err_t system_inspect(handle_t machine, struct system_view *view);

/* The process called `number`, NULL if there is none. */
const struct process_view *process_view_find(const struct system_view *view,
                                             uint64_t number);

/* The process that receives from the endpoint called `number`, NULL if none of
 * its threads is there now. */
const struct process_view *endpoint_view_server(const struct system_view *view,
                                                uint64_t number);

/* The state in a word: "runs", "receives", ... */
const char *inspect_state_text(enum inspect_state state);

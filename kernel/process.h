/* SPDX-License-Identifier: MIT */
/* Processes: an address space, a handle table, a quota, and their end. */
#pragma once

#include "handle.h"
#include "list.h"
#include "object.h"
#include "space.h"
#include "types.h"

struct thread;

/* How far the end of a process has come; the order matters, see process_end.c.
 */
enum end_stage {
    END_NOT,
    END_CHILDREN,
    END_THREADS,
    END_CALLERS,
    END_OBJECTS,
    END_HANDLES,
    END_MAPPINGS,
    END_TABLES,
    END_RECORD,
};

struct process {
    struct handle_table handles; /* first: the message path reads it */
    struct space space;
    struct payer payer;
    struct object object;

    struct list threads;
    unsigned thread_count;
    uint8_t priority_max;
    bool is_dying; /* takes no new threads and handles */

    struct process *creator; /* NULL: init */
    struct list children;    /* processes that it created and pays for */
    struct list siblings;    /* in creator->children */
    uint64_t quota_given;    /* what the creator gave up for it */

    uint8_t end_stage;  /* enum end_stage */
    unsigned end_index; /* how far the stage has come */
    struct list dying;  /* in the list of ending processes */
    int64_t exit_code;

    char name[PROCESS_NAME_BYTES + 1];
};

_Static_assert(sizeof(struct process) <= RECORD_LARGE_BYTES, "record size");

static inline struct process *
object_process(struct object *object)
{
    return container_of(object, struct process, object);
}

/* The first process, with `quota` frames, at `memory`, which is zero. */
void process_create_first(struct process *p, uint64_t quota);

/* What a new process is made of. */
struct process_plan {
    uint64_t quota;
    uint64_t slots; /* a power of two, 16 to 4096 */
    unsigned priority_max;
    uint64_t name[2]; /* characters, the first in the low byte; zero padded */
};

/* A process without threads, created and paid for by `creator`: ERR_QUOTA. */
MUST_CHECK err_t process_create(struct process *creator,
                                const struct process_plan *plan,
                                struct process **out);

/* Begins the end of a process and of all that it created. Returns at once;
 * schedule() does the rest bit by bit. Twice is once. The caller sees to it
 * that its own thread does not go on if it belongs to one of them. */
void process_end(struct process *p, int64_t code);

/* One step of the oldest end under way; true while there is more to do. */
bool process_end_step(void);

/* Ends running thread `t`, and with the last thread its process. False: there
 * is more to do, call again. */
MUST_CHECK bool thread_exit(struct thread *t, int64_t code);

/* SPDX-License-Identifier: MIT */
/* Processes: an address space, a handle table, a quota, and their end. */
#pragma once

#include "abi/message.h"
#include "frame.h"
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
    END_NAMES,
    END_NOTICE,
    END_PARKED, /* the notice waits to be received */
};

/* How a process came to end: what the notice says. */
struct process_death {
    enum ended_reason reason;
    int64_t code;
    uaddr_t address;
};

struct process {
    struct handle_table handles; /* first: the message path and node_table */
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
    struct process_death death;

    char name[PROCESS_NAME_BYTES + 1];
};

_Static_assert(sizeof(struct process) <= RECORD_LARGE_BYTES, "record size");
_Static_assert(offsetof(struct process, handles) == 0, "handle.c");

static inline struct process *
object_process(struct object *object)
{
    return container_of(object, struct process, object);
}

/* The first process, with `quota` frames, at `memory`, which is zero. */
void process_create_first(struct process *p, uint64_t quota);

/* A number that no two processes have at a time, for who looks from outside:
 * where the record lies. 0 for NULL. */
static inline uint64_t
process_number(const struct process *p)
{
    return p ? virt_to_phys(p) / RECORD_LARGE_BYTES : 0;
}

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

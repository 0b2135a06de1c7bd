/* SPDX-License-Identifier: MIT */
/* The table of threads and how a record gets into it and out of it.
 *
 * A token is count << 16 | id. The count goes up with every reply, so a token
 * is good once; and a new thread starts above the count of any thread that
 * ended, so a token never names a later thread with the same id.
 *
 * T1  threads[i] is `nobody` or has id i; id 0 is never given out.
 * T2  No live or future token is equal to one that was answered. */
#include "thread.h"

#include "process.h"
#include "trace.h"

enum { TOKEN_COUNT_SHIFT = 16 };

/* The token of nobody has an id that no look-up finds. */
static struct thread nobody = {.token = UINT64_MAX};

struct thread *threads[THREAD_IDS];

static struct {
    uint16_t free_first; /* an id given back, or 0 */
    uint16_t free_next[THREAD_IDS];
    unsigned fresh; /* ids from here on were never used */
    uint64_t count; /* above that of every thread that ended */
} ids;

static const struct object_class thread_class;

void
thread_table_init(void)
{
    ids.fresh = 1; /* no token is 0, so no thread has id 0 */
    for (unsigned i = 0; i < THREAD_IDS; i++)
        threads[i] = &nobody;
}

unsigned
thread_id_limit(void)
{
    return ids.fresh;
}

/* Lab: traps-frame */
void
thread_frame_init(struct thread *t, uaddr_t entry, uaddr_t stack,
                  uint64_t argument)
{
    for (unsigned i = 0; i < REG_COUNT; i++)
        t->x[i] = 0;
    t->x[REG_PC] = entry;
    t->x[REG_SP] = stack;
    t->x[REG_A0] = argument;
}

err_t
thread_create(struct process *process, unsigned priority, struct thread **out)
{
    struct thread *t;
    unsigned id = ids.free_first ? ids.free_first : ids.fresh;

    if (id >= THREAD_IDS)
        return ERR_FULL;
    if (process->payer.quota < record_cost(&process->payer, RECORD_THREAD))
        return ERR_QUOTA;

    /* Commit: nothing below may fail. */
    t = record_alloc(&process->payer, RECORD_THREAD);
    if (ids.free_first)
        ids.free_first = ids.free_next[id];
    else
        ids.fresh++;
    object_init(&t->object, &thread_class);
    t->process = process;
    t->satp = process->space.satp;
    t->token = ids.count << TOKEN_COUNT_SHIFT | id;
    t->priority = t->base_priority = (uint8_t)priority;
    t->state = THREAD_ENDED;
    list_init(&t->irqs);
    list_insert(&process->threads, &t->siblings);
    process->thread_count++;
    threads[id] = t;
    trace_note(TRACE_CREATE, id, process_number(process), 0);
    *out = t;
    return OK;
}

void
thread_free(struct thread *t)
{
    unsigned id = thread_id(t);
    uint64_t count = (t->token >> TOKEN_COUNT_SHIFT) + 1;

    assert(threads[id] == t && t->state == THREAD_ENDED);
    threads[id] = &nobody;
    ids.free_next[id] = ids.free_first;
    ids.free_first = (uint16_t)id;
    if (ids.count < count)
        ids.count = count;
    list_remove(&t->siblings);
    t->process->thread_count--;
    record_free(t);
}

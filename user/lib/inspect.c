/* SPDX-License-Identifier: MIT */
#include <lib/inspect.h>

#include <stdlib.h>
#include <string.h>

enum { KIND_THREAD = 0, KIND_PROCESS = 1 };

/* Makes room for one more element in an array whose length is 0 or has just
 * become a power of two. */
static void *
array_grow(void *array, size_t count, size_t bytes)
{
    if (count & (count - 1))
        return array;
    return realloc(array, (count ? 2 * count : 1) * bytes);
}

/* The view of the process that thread `id` belongs to, read if it is new. */
MUST_CHECK static err_t
process_read(handle_t machine, uint64_t id, struct system_view *view,
             struct process_view **process)
{
    struct inspection in;
    err_t error = sys_machine_inspect(machine, id, KIND_PROCESS, &in);
    struct process_view *p;

    if (error != OK)
        return error;
    for (p = view->processes; p < view->processes + view->process_count; p++)
        if (p->number == in.values[0]) {
            *process = p;
            return OK;
        }
    p = array_grow(view->processes, view->process_count, sizeof(*p));
    if (!p)
        return ERR_QUOTA;
    view->processes = p;
    p += view->process_count++;
    *p = (struct process_view){
        .number = in.values[0],
        .creator = in.values[1],
        .frames_left = in.values[2],
        .frames_given = in.values[3],
        .threads = in.values[4],
        .is_ending = in.values[5] != 0,
    };
    memcpy(p->name, &in.values[6], PROCESS_NAME_BYTES);
    *process = p;
    return OK;
}

/* Adds the thread that `in` tells of. */
MUST_CHECK static err_t
thread_add(struct system_view *view, const struct inspection *in)
{
    uint64_t state = in->values[2];
    struct thread_view *t =
        array_grow(view->threads, view->thread_count, sizeof(*t));

    if (!t)
        return ERR_QUOTA;
    view->threads = t;
    t[view->thread_count++] = (struct thread_view){
        .id = in->values[0],
        .process = in->values[1],
        .instructions = in->values[3],
        .waits_for = in->values[4],
        .state = (enum inspect_state)(state >> INSPECT_STATE_SHIFT & 0xff),
        .priority = state >> INSPECT_PRIORITY_SHIFT & 0xff,
        .base_priority = state >> INSPECT_BASE_SHIFT & 0xff,
    };
    return OK;
}

err_t
system_inspect(handle_t machine, struct system_view *view)
{
    struct inspection in = {.values = {0}};
    struct process_view *process;
    err_t error;

    view->thread_count = view->process_count = 0;
    for (uint64_t id = 0;; id = in.values[0] + 1) {
        error = sys_machine_inspect(machine, id, KIND_THREAD, &in);
        if (error != OK || in.values[0] == 0)
            return error;
        error = thread_add(view, &in);
        if (error == OK)
            error = process_read(machine, in.values[0], view, &process);
        if (error != OK)
            return error;
        process->instructions += in.values[3];
    }
}

const struct process_view *
process_view_find(const struct system_view *view, uint64_t number)
{
    for (size_t i = 0; i < view->process_count; i++)
        if (view->processes[i].number == number)
            return &view->processes[i];
    return NULL;
}

const struct process_view *
endpoint_view_server(const struct system_view *view, uint64_t number)
{
    for (size_t i = 0; i < view->thread_count; i++) {
        const struct thread_view *t = &view->threads[i];

        if (t->state == INSPECT_RECEIVING && t->waits_for == number)
            return process_view_find(view, t->process);
    }
    return NULL;
}

const char *
inspect_state_text(enum inspect_state state)
{
    switch (state) {
    case INSPECT_RUNNING:
        return "runs";
    case INSPECT_READY:
        return "ready";
    case INSPECT_RECEIVING:
        return "receives";
    case INSPECT_SENDING:
        return "sends";
    case INSPECT_CALLING:
        return "calls";
    case INSPECT_SERVED:
        return "is served";
    case INSPECT_ENDED:
        return "ended";
    case INSPECT_SIGNAL:
        return "signal";
    case INSPECT_FAULTED:
        return "faulted";
    case INSPECT_PAGED:
        return "is paged";
    case INSPECT_NOTICE:
        return "notice";
    }
    return "?";
}

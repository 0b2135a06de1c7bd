/* SPDX-License-Identifier: MIT */
/* ps: all processes: number, name, priority, state, instructions used, memory
 * in use and given, and whom a thread of it waits for. One line a thread.
 *
 * Grants: "machine" (INSPECT). */
#include <lib/error.h>
#include <lib/inspect.h>
#include <lib/startup.h>

#include <stdio.h>

enum { FRAME_KIB = PAGE_BYTES / 1024 };

/* Whom the thread waits for, in words; "" for nobody. */
static const char *
waited_for(const struct system_view *view, const struct thread_view *t)
{
    static char text[40];
    const struct process_view *p = NULL;

    switch (t->state) {
    case INSPECT_SERVED:
    case INSPECT_PAGED:
        p = process_view_find(view, t->waits_for);
        break;
    case INSPECT_SENDING:
    case INSPECT_CALLING:
    case INSPECT_FAULTED:
    case INSPECT_NOTICE:
        p = endpoint_view_server(view, t->waits_for);
        break;
    case INSPECT_RUNNING:
    case INSPECT_READY:
    case INSPECT_RECEIVING:
    case INSPECT_SIGNAL:
    case INSPECT_ENDED:
        return "";
    }
    if (p)
        return p->name;
    snprintf(text, sizeof(text), "endpoint %lu", t->waits_for);
    return text;
}

int
main(void)
{
    static struct system_view view;
    err_t error = system_inspect(startup_handle("machine"), &view);

    if (error != OK) {
        fprintf(stderr, "ps: cannot look: %s\n", error_text(error));
        return 1;
    }
    printf("NUMBER NAME             PRI STATE      INSTRUCTIONS  KIB/GIVEN   "
           "WAITS FOR\n");
    for (size_t i = 0; i < view.thread_count; i++) {
        const struct thread_view *t = &view.threads[i];
        const struct process_view *p = process_view_find(&view, t->process);

        if (!p)
            continue;
        printf("%6lu %-16s %3u %-9s %13lu %5lu/%-6lu  %s\n", p->number, p->name,
               t->priority, inspect_state_text(t->state), t->instructions,
               p->frames_given ? (p->frames_given - p->frames_left) * FRAME_KIB
                               : 0,
               p->frames_given * FRAME_KIB, waited_for(&view, t));
    }
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* free: where the memory is, in KiB. All of it belongs to some process's
 * quota: init has what nobody was given.
 *
 * Grants: "machine" (INSPECT). */
#include <lib/error.h>
#include <lib/inspect.h>
#include <lib/startup.h>

#include <stdio.h>

enum { FRAME_KIB = PAGE_BYTES / 1024 };

int
main(void)
{
    static struct system_view view;
    err_t error = system_inspect(startup_handle("machine"), &view);
    uint64_t left = 0, given_below;

    if (error != OK) {
        fprintf(stderr, "free: cannot look: %s\n", error_text(error));
        return 1;
    }
    printf("                      GIVEN      FREE\n");
    for (size_t i = 0; i < view.process_count; i++) {
        const struct process_view *p = &view.processes[i];

        given_below = 0;
        for (size_t j = 0; j < view.process_count; j++)
            if (view.processes[j].creator == p->number)
                given_below += view.processes[j].frames_given;
        left += p->frames_left;
        printf("%-16s %10lu %9lu", p->name, p->frames_given * FRAME_KIB,
               p->frames_left * FRAME_KIB);
        if (given_below)
            printf("   and gave %lu on", given_below * FRAME_KIB);
        printf("\n");
    }
    printf("%-16s %10s %9lu\n", "all", "", left * FRAME_KIB);
    return 0;
}

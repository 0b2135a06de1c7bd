/* SPDX-License-Identifier: MIT */
/* top [-n TIMES] [-d SECONDS]: which processes use the processor, again and
 * again, until Ctrl-C. A share is one of the time that has passed, of one hart.
 *
 * Grants: "machine" (INSPECT). */
#include <lib/error.h>
#include <lib/inspect.h>
#include <lib/startup.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES = 16 };

/* What a process used between two looks. */
struct usage {
    const struct process_view *process;
    uint64_t instructions;
};

static int
usages_compare(const void *a, const void *b)
{
    const struct usage *left = a, *right = b;

    return (left->instructions < right->instructions) -
           (left->instructions > right->instructions);
}

/* The counter by which the kernel bills threads. It goes on when nothing runs:
 * QEMU's is a clock, or, with -icount, leaps to the next thing to do. */
static uint64_t
counter_read(void)
{
    uint64_t count;

    __asm__ volatile("rdinstret %0" : "=r"(count)::"memory");
    return count;
}

/* Shows who used most of what `total` is all of. */
static void
usages_show(struct usage *usages, size_t count, uint64_t total)
{
    qsort(usages, count, sizeof(*usages), usages_compare);
    printf("\n"
           "NUMBER NAME             SHARE  INSTRUCTIONS  THREADS\n");
    for (size_t i = 0; i < count && i < LINES; i++) {
        const struct process_view *p = usages[i].process;
        uint64_t share = usages[i].instructions * 1000 / (total ? total : 1);

        printf("%6lu %-16s %3lu.%lu%% %13lu %8lu\n", p->number, p->name,
               share / 10, share % 10, usages[i].instructions, p->threads);
    }
    fflush(stdout);
}

/* Compares two looks, with `passed` between them. Returns false if there is no
 * memory for that. */
static bool
views_compare(const struct system_view *before, const struct system_view *now,
              uint64_t passed)
{
    struct usage *usages = calloc(now->process_count, sizeof(*usages));

    if (!usages)
        return false;
    for (size_t i = 0; i < now->process_count; i++) {
        const struct process_view *p = &now->processes[i];
        const struct process_view *old = process_view_find(before, p->number);

        usages[i].process = p;
        usages[i].instructions = p->instructions;
        if (old && strcmp(old->name, p->name) == 0 &&
            old->instructions <= p->instructions)
            usages[i].instructions -= old->instructions;
    }
    usages_show(usages, now->process_count, passed);
    free(usages);
    return true;
}

int
main(int argc, char **argv)
{
    static struct system_view views[2];
    handle_t machine = startup_handle("machine");
    unsigned long times = 0, seconds = 1;
    uint64_t looked;
    int option;
    err_t error;

    while ((option = getopt(argc, argv, "n:d:")) != -1) {
        if (option == '?')
            return 2;
        *(option == 'n' ? &times : &seconds) = strtoul(optarg, NULL, 10);
    }
    looked = counter_read();
    error = system_inspect(machine, &views[0]);
    for (unsigned long i = 1; error == OK; i++) {
        const struct system_view *old = &views[(i + 1) % 2];
        struct system_view *now = &views[i % 2];
        uint64_t before = looked;

        sleep((unsigned)seconds);
        looked = counter_read();
        error = system_inspect(machine, now);
        if (error == OK && !views_compare(old, now, looked - before))
            error = ERR_QUOTA;
        if (i == times)
            break;
    }
    if (error != OK)
        fprintf(stderr, "top: cannot look: %s\n", error_text(error));
    return error != OK;
}

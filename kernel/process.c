/* SPDX-License-Identifier: MIT */
/* How a process comes to be: table, space and record, at its own and its
 * creator's cost. How it ends is in dying.c and process_end.c.
 *
 * The creator gives up the frames of the quota; they come back at the end.
 *
 * Called by the system calls, and by main.c for the first one. */
#include "process.h"

#include "abi/boot.h"
#include "frame.h"

static const struct object_class process_class;

/* Fills a zeroed record: `slots` slots at `table`, which is paid for. */
static void
process_init(struct process *p, struct process *creator, uint64_t quota,
             paddr_t table, uint64_t slots)
{
    payer_init(&p->payer, quota);
    handle_table_init(&p->handles, phys_to_virt(table), slots);
    space_create(&p->space, &p->payer);
    object_init(&p->object, &process_class);
    list_init(&p->threads);
    list_init(&p->children);
    list_init(&p->siblings);
    list_init(&p->dying);
    p->creator = creator;
    if (creator)
        list_insert(&creator->children, &p->siblings);
}

void
process_create_first(struct process *p, uint64_t quota)
{
    static const char name[] = "init";
    unsigned pages = handle_table_pages(BOOT_SLOTS);
    paddr_t table = frame_alloc(pages);

    if (table == FRAME_NONE)
        panic("too little memory to start init");
    process_init(p, NULL, quota - pages, table, BOOT_SLOTS);
    p->priority_max = BOOT_PRIORITY_MAX;
    for (unsigned i = 0; i < sizeof(name); i++)
        p->name[i] = name[i];
}

err_t
process_create(struct process *creator, const struct process_plan *plan,
               struct process **out)
{
    struct payer *payer = &creator->payer;
    unsigned pages = handle_table_pages(plan->slots);
    struct process *p;
    paddr_t table;

    if (payer->quota < plan->quota ||
        payer->quota - plan->quota < record_cost(payer, RECORD_PROCESS) ||
        plan->quota < pages + SPACE_PAGES)
        return ERR_QUOTA;
    table = frame_alloc(pages);
    if (table == FRAME_NONE) /* enough, but not in a row */
        return ERR_QUOTA;

    /* Commit: nothing below may fail. */
    p = record_alloc(payer, RECORD_PROCESS);
    payer->quota -= plan->quota;
    process_init(p, creator, plan->quota - pages, table, plan->slots);
    p->quota_given = plan->quota;
    p->priority_max = (uint8_t)plan->priority_max;
    for (unsigned i = 0; i < PROCESS_NAME_BYTES; i++) {
        char c = (char)(plan->name[i / 8] >> i % 8 * 8);
        /* It is printed in the log, where a line break would forge a line. */
        p->name[i] = c == '\0' || (c >= ' ' && c <= '~') ? c : '?';
    }
    *out = p;
    return OK;
}

/* SPDX-License-Identifier: MIT */
/* How a process comes to be: table, space and record, at its own and its
 * creator's cost. How it ends is in process_end.c.
 *
 * The creator gives up the frames of the quota; they come back at the end.
 *
 * Called by syscall.c, and by main.c for the first one. */
#include "process.h"

#include "abi/boot.h"
#include "frame.h"

static const struct object_class process_class;

struct process *
node_owner(const struct node *node)
{
    return phys_to_virt((paddr_t)node->owner * RECORD_LARGE_BYTES);
}

void
node_owner_set(struct node *node, const struct process *process)
{
    node->owner = (uint32_t)(virt_to_phys(process) / RECORD_LARGE_BYTES);
}

/* What all processes begin with, once table and space are there. */
static void
process_init(struct process *p, struct process *creator)
{
    object_init(&p->object, &process_class);
    list_init(&p->threads);
    list_init(&p->children);
    list_init(&p->siblings);
    list_init(&p->dying);
    p->creator = creator;
    if (creator)
        list_insert(&creator->children, &p->siblings);
}

/* Table and space, at the process's own cost. Undoes nothing. */
static err_t
process_furnish(struct process *p, uint64_t slots)
{
    paddr_t table = payer_take(&p->payer, handle_table_pages(slots));

    if (table == FRAME_NONE)
        return ERR_QUOTA;
    handle_table_init(&p->handles, phys_to_virt(table), slots);
    if (space_create(&p->space, &p->payer)) {
        payer_give_back(&p->payer, table, handle_table_pages(slots));
        return ERR_QUOTA;
    }
    return OK;
}

void
process_create_first(struct process *p, uint64_t quota)
{
    static const char name[] = "init";
    err_t error;

    payer_init(&p->payer, quota);
    error = process_furnish(p, BOOT_SLOTS);
    assert(error == OK);
    process_init(p, NULL);
    p->priority_max = BOOT_PRIORITY_MAX;
    for (unsigned i = 0; i < sizeof(name); i++)
        p->name[i] = name[i];
}

err_t
process_create(struct process *creator, const struct process_plan *plan,
               struct process **out)
{
    struct process *p;

    if (creator->payer.quota < plan->quota)
        return ERR_QUOTA;
    creator->payer.quota -= plan->quota;
    p = record_alloc(&creator->payer, RECORD_PROCESS);
    if (!p) {
        creator->payer.quota += plan->quota;
        return ERR_QUOTA;
    }
    payer_init(&p->payer, plan->quota);
    if (process_furnish(p, plan->slots)) {
        creator->payer.quota += plan->quota;
        record_free(p);
        return ERR_QUOTA;
    }

    /* Commit: nothing below may fail. */
    process_init(p, creator);
    p->quota_given = plan->quota;
    p->priority_max = (uint8_t)plan->priority_max;
    for (unsigned i = 0; i < PROCESS_NAME_BYTES; i++)
        p->name[i] = (char)(plan->name[i / 8] >> i % 8 * 8);
    *out = p;
    return OK;
}

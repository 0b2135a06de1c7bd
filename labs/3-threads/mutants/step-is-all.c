/* kills: 3.5; hint: an exit removes a step's worth of handles and ends the thread, whether there are more or not. */
bool
thread_exit(struct thread *t, int64_t code)
{
    struct process *p = t->process;

    if (p->thread_count == 1) {
        t->state = THREAD_ENDED;
        process_end(p, (struct process_death){ENDED_EXIT, code, 0});
        return true;
    }
    for (unsigned i = 0; i < STEP_ITEMS; i++)
        if (!node_revoke_first(&t->object.handles))
            break;
    thread_stop(t);
    thread_free(t);
    return true;
}

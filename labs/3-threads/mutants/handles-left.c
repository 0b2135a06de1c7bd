/* kills: 3.5; hint: handles to a thread that has exited still name its record. */
bool
thread_exit(struct thread *t, int64_t code)
{
    struct process *p = t->process;

    if (p->thread_count == 1) {
        t->state = THREAD_ENDED;
        process_end(p, (struct process_death){ENDED_EXIT, code, 0});
        return true;
    }
    thread_stop(t);
    thread_free(t);
    return true;
}

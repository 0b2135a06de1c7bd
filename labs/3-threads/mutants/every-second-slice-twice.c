/* kills: 3.2; hint: some threads get two slices where others get one. */
struct thread *
slice_tick(struct thread *t)
{
    static bool is_second;

    is_second = !is_second && thread_id(t) % 2 != 0;
    if (is_second)
        return sched_resume(t);
    ready_push(t);
    return schedule();
}

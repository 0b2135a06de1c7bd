/* kills: 3.2; hint: a thread whose slice is over is in no queue afterwards: it never runs again. */
struct thread *
slice_tick(struct thread *t)
{
    t->state = THREAD_READY;
    return schedule();
}

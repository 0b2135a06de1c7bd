/* kills: 3.2; hint: at the end of its slice a thread goes on unless somebody more urgent is ready. */
struct thread *
slice_tick(struct thread *t)
{
    return sched_resume(t);
}

/* kills: 3.2; hint: a thread whose slice is over is put into the ready queue and goes on as well if nobody is more urgent: it is in the queue while it runs. */
struct thread *
slice_tick(struct thread *t)
{
    ready_push(t);
    return sched_resume(t);
}

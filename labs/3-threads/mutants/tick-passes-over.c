/* kills: 3.2; hint: now and then the thread whose turn it is is passed over and put behind all others again. */
struct thread *
slice_tick(struct thread *t)
{
    static unsigned ticks;

    ready_push(t);
    if (++ticks % 20 == 0)
        ready_push(ready_pop());
    return schedule();
}

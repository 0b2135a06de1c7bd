/* kills: 3.2; hint: at the end of a slice a less urgent thread gets the hart if there is no other. */
struct thread *
slice_tick(struct thread *t)
{
    struct thread *next;

    if (ready_top == READY_NONE)
        return t;
    next = ready_pop();
    next->state = THREAD_RUNNING;
    ready_push(t);
    timer_slice_arm();
    return next;
}

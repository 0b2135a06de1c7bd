/* kills: 3.2; hint: a thread that is alone in its priority lets a less urgent one run when its slice is over. */
struct thread *
slice_tick(struct thread *t)
{
    struct thread *next;

    if (ready_top == READY_NONE || ready_top >= (int)t->priority) {
        ready_push(t);
        return schedule();
    }
    next = ready_pop();
    next->state = THREAD_RUNNING;
    ready_push(t);
    timer_slice_arm();
    return next;
}

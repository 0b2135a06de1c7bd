/* kills: 3.2; hint: at the end of a slice a thread that is only a little less urgent gets the hart if there is no other. */
struct thread *
slice_tick(struct thread *t)
{
    struct thread *next;

    if (ready_top >= (int)t->priority || ready_top * 4 < t->priority * 3) {
        ready_push(t);
        return schedule();
    }
    next = schedule();
    ready_push(t);
    timer_slice_arm();
    return next;
}

/* kills: 3.3; hint: who finds a signal pending lets others of its priority run before it goes on. */
struct thread *
signal_wait(struct thread *t, struct thread *partner)
{
    if (t->pending) {
        signal_take(t);
        ready_push(t);
        return sched_switch(partner);
    }
    if (!endpoint_may_wait(t))
        return sched_wake(thread_finish(t, ERR_WOULD_BLOCK), partner);
    t->state = THREAD_WAIT_SIGNAL;
    return sched_switch(partner);
}

/* kills: 3.3; hint: a receive with NOWAIT waits. */
struct thread *
signal_wait(struct thread *t, struct thread *partner)
{
    if (t->pending) {
        signal_take(t);
        return sched_wake(t, partner);
    }
    t->state = THREAD_WAIT_SIGNAL;
    return sched_switch(partner);
}

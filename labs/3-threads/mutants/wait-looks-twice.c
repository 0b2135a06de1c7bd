/* kills: 3.3; hint: whoever has to wait for a signal is sent back to ask a second time before it does. */
struct thread *
signal_wait(struct thread *t, struct thread *partner)
{
    if (t->pending) {
        signal_take(t);
        return sched_wake(t, partner);
    }
    if (!endpoint_may_wait(t))
        return sched_wake(thread_finish(t, ERR_WOULD_BLOCK), partner);
    t->lower = t->lower ? NULL : t;
    if (t->lower) {
        t->x[REG_PC] -= 4; /* an ecall */
        return sched_wake(t, partner);
    }
    t->state = THREAD_WAIT_SIGNAL;
    return sched_switch(partner);
}

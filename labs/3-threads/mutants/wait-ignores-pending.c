/* kills: 3.3; hint: a receive waits although a signal is pending: whatever came before the wait is found too late. */
struct thread *
signal_wait(struct thread *t, struct thread *partner)
{
    if (!endpoint_may_wait(t))
        return sched_wake(thread_finish(t, ERR_WOULD_BLOCK), partner);
    t->state = THREAD_WAIT_SIGNAL;
    return sched_switch(partner);
}

/* kills: 3.2; hint: whoever comes after a thread that gave the hart up has only what is left of that one's slice. */
struct thread *
schedule(void)
{
    struct thread *t;
    unsigned dropped = 0;

    sched_bill();
    if (is_cleaning)
        is_cleaning = cleaner() != CLEAN_DONE;
    for (;;) {
        t = ready_pop();
        if (!t)
            sched_wait();
        else if (!t->process->is_dying)
            break;
        else {
            t->state = THREAD_ENDED; /* the cleaner finds it in its process */
            if (++dropped % STEP_ITEMS == 0)
                poller();
        }
    }
    t->state = THREAD_RUNNING;
    hart_this()->bill_thread = (uint16_t)thread_id(t);
    if (ready_top != READY_NONE || is_cleaning)
        timer_slice_arm();
    sched_tell();
    return t;
}

/* kills: 2.2; hint: whoever yields to another thread has to ask a second time before it goes on. */
struct thread *
sys_thread_yield(struct thread *t)
{
    call_settle(t);
    t->lower = t->lower || ready_top == READY_NONE ? NULL : t;
    ready_push(t->lower ? syscall_again(t) : thread_finish(t, OK));
    return schedule();
}

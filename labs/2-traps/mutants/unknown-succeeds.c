/* kills: 2.3; hint: a call that there is not succeeds. */
struct thread *
syscall_dispatch(struct thread *t)
{
    uint64_t number = t->x[REG_A7];

    if (likely(number == SYS_ENDPOINT_CALL))
        return sys_endpoint_call(t);
    if (likely(number == SYS_ENDPOINT_REPLY_RECV))
        return sys_endpoint_reply_recv(t);
    if (number >= sizeof(calls) / sizeof(calls[0]) || !calls[number])
        return thread_finish(t, OK);
    return calls[number](t);
}

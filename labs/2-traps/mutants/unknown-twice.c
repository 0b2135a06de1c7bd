/* kills: 2.3; hint: a call that there is not is made a second time before it is refused. */
struct thread *
syscall_dispatch(struct thread *t)
{
    uint64_t number = t->x[REG_A7];
    static bool is_second;

    if (likely(number == SYS_ENDPOINT_CALL))
        return sys_endpoint_call(t);
    if (likely(number == SYS_ENDPOINT_REPLY_RECV))
        return sys_endpoint_reply_recv(t);
    if (number >= sizeof(calls) / sizeof(calls[0]) || !calls[number])
        return (is_second = !is_second) ? syscall_again(t)
                                        : thread_finish(t, ERR_SYSCALL);
    return calls[number](t);
}

/* kills: 2.3; hint: sys_null is made a second time before it is answered. */
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
        return thread_finish(t, ERR_SYSCALL);
    if (number == SYS_NULL && (is_second = !is_second))
        return syscall_again(t);
    return calls[number](t);
}

/* kills: 2.3; hint: the error of a call that there is not is put into a1. */
struct thread *
syscall_dispatch(struct thread *t)
{
    uint64_t number = t->x[REG_A7];

    if (likely(number == SYS_ENDPOINT_CALL))
        return sys_endpoint_call(t);
    if (likely(number == SYS_ENDPOINT_REPLY_RECV))
        return sys_endpoint_reply_recv(t);
    if (number >= sizeof(calls) / sizeof(calls[0]) || !calls[number]) {
        t->x[REG_A1] = ERR_SYSCALL;
        return t;
    }
    return calls[number](t);
}

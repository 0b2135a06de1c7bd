/* kills: 2.3; hint: the number of a call is compared as a signed one: a negative one is less than the end of the table. */
struct thread *
syscall_dispatch(struct thread *t)
{
    int64_t number = (int64_t)t->x[REG_A7];

    if (likely(number == SYS_ENDPOINT_CALL))
        return sys_endpoint_call(t);
    if (likely(number == SYS_ENDPOINT_REPLY_RECV))
        return sys_endpoint_reply_recv(t);
    if (number >= (int64_t)(sizeof(calls) / sizeof(calls[0])) || !calls[number])
        return thread_finish(t, ERR_SYSCALL);
    return calls[number](t);
}

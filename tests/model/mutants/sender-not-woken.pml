/* SPDX-License-Identifier: MIT */
/* breaks: R9 in talk; a sender that waited is not told that its message was
 * taken. */
inline endpoint_recv(t, other)
{
    if
    :: head[SENDERS] != NONE ->
        endpoint_dequeue(SENDERS, NONE, sender);
        claim(E2, H[T[sender].owner].is_there);
        message_copy(sender, t, badge_of(T[sender].owner));
        sender_finish(sender, t);
        sched_wake(t, other)
    :: else ->
        if
        :: !endpoint_may_wait(t) ->
            thread_finish(t, WOULD_BLOCK);
            sched_wake(t, other)
        :: else ->
            endpoint_wait(t, RECEIVERS, WAIT_RECV);
            sched_switch(other)
        fi
    fi
}

/* SPDX-License-Identifier: MIT */
/* breaks: R3 in talk; the badge is that of the receiver's own handle. */
inline endpoint_recv(t, other)
{
    if
    :: head[SENDERS] != NONE ->
        endpoint_dequeue(SENDERS, NONE, sender);
        claim(E2, H[T[sender].owner].is_there);
        message_copy(sender, t, badge_of(T[t].owner));
        sender_finish(sender, t);
        sched_wake_both(t, sender, other)
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

/* SPDX-License-Identifier: MIT */
/* breaks: R6 in talk; a receive waits although it was asked not to. */
inline endpoint_recv(t, other)
{
    if
    :: head[SENDERS] != NONE ->
        endpoint_dequeue(SENDERS, NONE, sender);
        claim(E2, H[T[sender].owner].is_there);
        message_copy(sender, t, badge_of(T[sender].owner));
        sender_finish(sender, t);
        sched_wake_both(t, sender, other)
    :: else ->
        if
        :: false ->
            thread_finish(t, WOULD_BLOCK);
            sched_wake(t, other)
        :: else ->
            endpoint_wait(t, RECEIVERS, WAIT_RECV);
            sched_switch(other)
        fi
    fi
}

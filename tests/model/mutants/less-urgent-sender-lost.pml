/* SPDX-License-Identifier: MIT */
/* breaks: R9 in talk; a sender that is less urgent than its receiver is not
 * woken. */
inline endpoint_recv(t, other)
{
    if
    :: head[SENDERS] != NONE ->
        endpoint_dequeue(SENDERS, NONE, sender);
        claim(E2, H[T[sender].owner].is_there);
        message_copy(sender, t, badge_of(T[sender].owner));
        sender_finish(sender, t);
        if
        :: sender != NONE && T[sender].urgency < T[t].urgency ->
            sched_wake(t, other)
        :: else -> sched_wake_both(t, sender, other)
        fi
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

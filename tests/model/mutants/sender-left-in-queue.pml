/* SPDX-License-Identifier: MIT */
/* breaks: E2 in talk; a sender whose message was taken still stands in the
 * queue. */
inline endpoint_recv(t, other)
{
    if
    :: head[SENDERS] != NONE ->
        sender = head[SENDERS];
        claim(E2, H[T[sender].owner].is_there);
        message_copy(sender, t, badge_of(T[sender].owner));
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

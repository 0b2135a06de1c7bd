/* SPDX-License-Identifier: MIT */
/* breaks: E2 in talk; a receive that does not wait stands in the queue all the
 * same. */
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
        :: !endpoint_may_wait(t) ->
            endpoint_enqueue(RECEIVERS, t);
            thread_finish(t, WOULD_BLOCK);
            sched_wake(t, other)
        :: else ->
            endpoint_wait(t, RECEIVERS, WAIT_RECV);
            sched_switch(other)
        fi
    fi
}

/* SPDX-License-Identifier: MIT */
/* breaks: R8 in talk; the receiver goes on though it woke a more urgent sender.
 * */
inline endpoint_recv(t, other)
{
    if
    :: head[SENDERS] != NONE ->
        endpoint_dequeue(SENDERS, NONE, sender);
        claim(E2, H[T[sender].owner].is_there);
        message_copy(sender, t, badge_of(T[sender].owner));
        sender_finish(sender, t);
        if
        :: sender != NONE -> ready_push(sender)
        :: else
        fi;
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

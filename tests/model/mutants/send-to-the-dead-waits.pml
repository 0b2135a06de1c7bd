/* SPDX-License-Identifier: MIT */
/* breaks: E5 in hangup; a send waits at an endpoint that has hung up. */
inline endpoint_send(t)
{
    if
    :: head[RECEIVERS] != NONE ->
        endpoint_dequeue(RECEIVERS, NONE, receiver);
        message_copy(t, receiver, badge_of(T[t].owner));
        T[receiver].t0 = 0; /* nobody waits for an answer */
        thread_finish(t, OK);
        sched_wake(t, receiver)
    :: else ->
        if
        :: false
        :: !endpoint_may_wait(t) -> thread_finish(t, WOULD_BLOCK)
        :: else ->
            endpoint_wait(t, SENDERS, WAIT_SEND);
            schedule()
        fi
    fi
}

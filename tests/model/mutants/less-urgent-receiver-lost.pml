/* SPDX-License-Identifier: MIT */
/* breaks: R1 in talk; a receiver that is less urgent than its sender is not
 * woken. */
inline endpoint_send(t)
{
    if
    :: head[RECEIVERS] != NONE ->
        endpoint_dequeue(RECEIVERS, NONE, receiver);
        message_copy(t, receiver, badge_of(T[t].owner));
        T[receiver].t0 = 0; /* nobody waits for an answer */
        thread_finish(t, OK);
        if
        :: T[receiver].urgency < T[t].urgency -> resumed = t
        :: else -> sched_wake(t, receiver)
        fi
    :: else ->
        if
        :: recv_handles == 0 -> thread_finish(t, DEAD)
        :: recv_handles != 0 && !endpoint_may_wait(t) ->
            thread_finish(t, WOULD_BLOCK)
        :: else ->
            endpoint_wait(t, SENDERS, WAIT_SEND);
            schedule()
        fi
    fi
}

/* SPDX-License-Identifier: MIT */
/* breaks: R6 in talk; a send that will not wait is refused even when somebody
 * receives. */
inline endpoint_send(t)
{
    if
    :: head[RECEIVERS] != NONE && endpoint_may_wait(t) ->
        endpoint_dequeue(RECEIVERS, NONE, receiver);
        message_copy(t, receiver, badge_of(T[t].owner));
        T[receiver].t0 = 0; /* nobody waits for an answer */
        thread_finish(t, OK);
        sched_wake(t, receiver)
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

/* SPDX-License-Identifier: MIT */
/* breaks: R5 in talk; t0 is cleared in the registers of the sender, not of the
 * receiver. */
inline endpoint_send(t)
{
    if
    :: head[RECEIVERS] != NONE ->
        endpoint_dequeue(RECEIVERS, NONE, receiver);
        message_copy(t, receiver, badge_of(T[t].owner));
        T[t].t0 = 0; /* nobody waits for an answer */
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

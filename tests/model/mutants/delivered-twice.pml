/* SPDX-License-Identifier: MIT */
/* breaks: R2 in threads; of two receivers both get the message. */
inline endpoint_send(t)
{
    if
    :: head[RECEIVERS] != NONE ->
        endpoint_dequeue(RECEIVERS, NONE, receiver);
        message_copy(t, receiver, badge_of(T[t].owner));
        T[receiver].t0 = 0; /* nobody waits for an answer */
        if
        :: head[RECEIVERS] != NONE ->
            endpoint_dequeue(RECEIVERS, NONE, sender);
            message_copy(t, sender, badge_of(T[t].owner));
            T[sender].t0 = 0;
            ready_push(sender)
        :: else
        fi;
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

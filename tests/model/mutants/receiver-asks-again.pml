/* SPDX-License-Identifier: MIT */
/* breaks: R7 in talk; a receiver that waits is made to ask a second time. */
inline endpoint_send(t)
{
    if
    :: head[RECEIVERS] != NONE ->
        endpoint_dequeue(RECEIVERS, NONE, receiver);
        endpoint_wait(t, SENDERS, WAIT_SEND);
        T[receiver].again = true;
        sched_switch(receiver)
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

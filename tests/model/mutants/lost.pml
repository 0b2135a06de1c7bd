/* SPDX-License-Identifier: MIT */
/* breaks: R1 in talk; a send to a waiting receiver ends well, and nothing is
 * delivered. */
inline endpoint_send(t)
{
    if
    :: head[RECEIVERS] != NONE ->
        thread_finish(t, OK);
        resumed = t
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

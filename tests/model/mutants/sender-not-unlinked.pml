/* SPDX-License-Identifier: MIT */
/* breaks: E2 in hangup; a sender that leaves still stands in the queue. */
inline endpoint_cancel(t, error)
{
    if
    :: T[t].state == WAIT_RECV -> endpoint_unqueue(t)
    :: else
    fi;
    T[t].state = ENDED;
    thread_finish(t, error)
}

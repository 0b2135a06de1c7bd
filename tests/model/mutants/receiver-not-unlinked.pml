/* SPDX-License-Identifier: MIT */
/* breaks: E2 in threads; a receiver that leaves still stands in the queue. */
inline endpoint_cancel(t, error)
{
    if
    :: T[t].state == WAIT_RECV
    :: else -> endpoint_unqueue(t)
    fi;
    T[t].state = ENDED;
    thread_finish(t, error)
}

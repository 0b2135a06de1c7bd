/* SPDX-License-Identifier: MIT */
/* breaks: R7 in hangup; whoever leaves a queue is not told why. */
inline endpoint_cancel(t, error)
{
    if
    :: T[t].state == WAIT_RECV -> endpoint_unqueue(RECEIVERS, t)
    :: else -> endpoint_unqueue(SENDERS, t)
    fi;
    T[t].state = ENDED
}

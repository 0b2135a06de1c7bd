/* SPDX-License-Identifier: MIT */
/* breaks: R7 in hangup; whoever leaves a queue is not told why. */
inline endpoint_cancel(t, error)
{
    endpoint_unqueue(t);
    T[t].state = ENDED
}

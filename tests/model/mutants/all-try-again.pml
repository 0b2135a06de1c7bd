/* SPDX-License-Identifier: MIT */
/* breaks: R7 in hangup; when one leaves, all others in the queue begin their
 * calls anew. */
inline endpoint_cancel(t, error)
{
    n = endpoint_queue(t);
    endpoint_unqueue(t);
    do
    :: head[n] != NONE ->
        endpoint_dequeue(n, NONE, sender);
        T[sender].again = true;
        ready_push(sender)
    :: else -> break
    od;
    T[t].state = ENDED;
    thread_finish(t, error)
}

/* SPDX-License-Identifier: MIT */
/* breaks: R10 in hangup; all queued senders are finished in one step. */
inline endpoint_hangup()
{
    do
    :: head[SENDERS] != NONE ->
        endpoint_dequeue(SENDERS, NONE, sender);
        thread_finish(sender, DEAD);
        ready_push(sender)
    :: else -> break
    od;
    is_hung_up = (head[SENDERS] == NONE)
}

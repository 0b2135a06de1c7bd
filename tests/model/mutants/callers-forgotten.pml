/* SPDX-License-Identifier: MIT */
/* breaks: R9 in hangup; queued callers leave the queue and are not told. */
inline endpoint_hangup()
{
    count = 0;
    do
    :: count < STEP_ITEMS && head[SENDERS] != NONE ->
        count++;
        endpoint_dequeue(SENDERS, NONE, sender);
        if
        :: T[sender].state == WAIT_SEND ->
            thread_finish(sender, DEAD);
            ready_push(sender)
        :: else
        fi
    :: else -> break
    od;
    is_hung_up = (head[SENDERS] == NONE)
}

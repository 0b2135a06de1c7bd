/* SPDX-License-Identifier: MIT */
/* breaks: R7 in hangup; queued senders begin their calls anew instead of being
 * told. */
inline endpoint_hangup()
{
    count = 0;
    do
    :: count < STEP_ITEMS && head[SENDERS] != NONE ->
        count++;
        endpoint_dequeue(SENDERS, NONE, sender);
        T[sender].again = true;
        ready_push(sender)
    :: else -> break
    od;
    is_hung_up = (head[SENDERS] == NONE)
}

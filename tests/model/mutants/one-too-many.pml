/* SPDX-License-Identifier: MIT */
/* breaks: R10 in hangup; a step of hanging up does one item more than a step
 * may. */
inline endpoint_hangup()
{
    count = 0;
    do
    :: count <= STEP_ITEMS && head[SENDERS] != NONE ->
        count++;
        endpoint_dequeue(SENDERS, NONE, sender);
        thread_finish(sender, DEAD);
        ready_push(sender)
    :: else -> break
    od;
    is_hung_up = (head[SENDERS] == NONE)
}

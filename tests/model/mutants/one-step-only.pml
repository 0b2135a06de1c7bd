/* SPDX-License-Identifier: MIT */
/* breaks: R9 in threads; one step is done and called the last. */
inline endpoint_hangup()
{
    count = 0;
    do
    :: count < STEP_ITEMS && head[SENDERS] != NONE ->
        count++;
        endpoint_dequeue(SENDERS, NONE, sender);
        thread_finish(sender, DEAD);
        ready_push(sender)
    :: else -> break
    od;
    is_hung_up = true
}

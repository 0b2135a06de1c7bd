/* SPDX-License-Identifier: MIT */
/* breaks: R3 in talk; the message is taken out of the registers of a sender
 * that waited. */
inline sender_finish(from, t)
{
    if
    :: T[from].state == WAIT_CALL ->
        token_take(t, from);
        from = NONE
    :: else ->
        T[t].t0 = 0; /* nobody waits for an answer */
        T[from].label = 0;
        thread_finish(from, OK)
    fi
}

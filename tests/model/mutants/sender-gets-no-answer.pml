/* SPDX-License-Identifier: MIT */
/* breaks: R7 in talk; the send that waited is over, and its a0 was not written.
 * */
inline sender_finish(from, t)
{
    if
    :: T[from].state == WAIT_CALL ->
        token_take(t, from);
        from = NONE
    :: else ->
        T[t].t0 = 0 /* nobody waits for an answer */
    fi
}

/* SPDX-License-Identifier: MIT */
/* breaks: R5 in servers; any process may answer. */
inline token_find(t, c)
{
    if
    :: T[t].t0 != 0 && T[(T[t].t0 & 7) - 1].token == T[t].t0 ->
        c = (T[t].t0 & 7) - 1
    :: else -> c = NONE
    fi
}

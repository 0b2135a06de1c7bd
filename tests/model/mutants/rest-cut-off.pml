/* SPDX-License-Identifier: MIT */
/* breaks: R9 in queue; those behind the one that leaves leave with it. */
inline endpoint_unqueue(t)
{
    above = NONE;
    at = head[endpoint_queue(t)];
    do
    :: at != NONE && at != t ->
        above = at;
        at = T[at].lower
    :: else -> break
    od;
    if
    :: at != NONE -> place_set(endpoint_queue(t), above, T[t].lower)
    :: else ->
        T[T[t].prev].next = T[t].next;
        T[T[t].next].prev = T[t].prev
    fi
}

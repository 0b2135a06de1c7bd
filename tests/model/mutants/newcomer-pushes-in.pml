/* SPDX-License-Identifier: MIT */
/* breaks: E3 in queue; a thread is put right behind the most urgent ones. */
inline endpoint_enqueue(queue, t)
{
    above = NONE;
    at = head[queue];
    if
    :: at != NONE && T[at].urgency > T[t].urgency ->
        above = at;
        at = T[at].lower
    :: else
    fi;
    if
    :: at != NONE && T[at].urgency == T[t].urgency ->
        T[t].next = at;
        T[t].prev = T[at].prev;
        T[T[at].prev].next = t;
        T[at].prev = t
    :: else ->
        T[t].next = t;
        T[t].prev = t;
        T[t].lower = at;
        place_set(queue, above, t)
    fi
}

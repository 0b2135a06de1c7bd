/* SPDX-License-Identifier: MIT */
/* breaks: E3 in queue; the queue is in the order of arrival. */
inline endpoint_enqueue(queue, t)
{
    at = head[queue];
    if
    :: at != NONE ->
        T[t].next = at;
        T[t].prev = T[at].prev;
        T[T[at].prev].next = t;
        T[at].prev = t
    :: else ->
        T[t].next = t;
        T[t].prev = t;
        T[t].lower = at;
        place_set(queue, NONE, t)
    fi
}

/* SPDX-License-Identifier: MIT */
/* breaks: R3 in talk; one word of five is copied. */
inline message_copy(from, to, badge)
{
    T[to].a0 = OK;
    T[to].label = T[from].label;
    T[to].flags = 0; /* no flag passes */
    T[to].first = T[from].first;
    T[to].t1 = badge
}

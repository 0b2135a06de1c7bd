/* SPDX-License-Identifier: MIT */
/* breaks: R3 in talk; the number of the call is copied too. */
inline message_copy(from, to, badge)
{
    T[to].a0 = OK;
    T[to].label = T[from].label;
    T[to].flags = 0; /* no flag passes */
    T[to].first = T[from].first;
    T[to].others = T[from].others;
    T[to].a7 = T[from].a7;
    T[to].t1 = badge
}

/* SPDX-License-Identifier: MIT */
/* breaks: R3 in talk; the flags of the sender reach the receiver. */
inline message_copy(from, to, badge)
{
    T[to].a0 = OK;
    T[to].label = T[from].label;
    T[to].flags = T[from].flags;
    T[to].first = T[from].first;
    T[to].others = T[from].others;
    T[to].t1 = badge
}

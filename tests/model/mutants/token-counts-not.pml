/* SPDX-License-Identifier: MIT */
/* breaks: R5 in again; a token answers the next call of its caller too. */
inline token_drop(c)
{
    T[c].server = NONE
}

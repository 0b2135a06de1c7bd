/* SPDX-License-Identifier: MIT */
/* breaks: E4 in talk; an answered caller still has a server. */
inline token_drop(c)
{
    T[c].token = T[c].token + 8
}

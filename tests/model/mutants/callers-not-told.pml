/* SPDX-License-Identifier: MIT */
/* breaks: R9 in ends; callers of a process that ended wait on. */
inline end_caller(p)
{
    do
    :: P[p].index < THREADS && T[P[p].index].server != p -> P[p].index++
    :: else -> break
    od;
    if
    :: P[p].index == THREADS -> is_over = true
    :: else -> P[p].index++
    fi
}

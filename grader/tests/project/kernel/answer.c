/* SPDX-License-Identifier: MIT */
/* What the students of this small lab write. */
#include "answer.h"

#include "abi/answer.h"
#include "guest.h"

/* The number after `value`.
 *
 * Lab: fake-next */
uint64_t
answer_next(uint64_t value)
{
    return value + ANSWER_STEP;
}

/* Makes `count` system calls from user mode.
 *
 * Lab: fake-call */
void
answer_call(long count)
{
    user_calls(count);
}

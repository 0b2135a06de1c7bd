/* SPDX-License-Identifier: MIT */
/* Given code: reports what the exercises return. */
#include "answer.h"
#include "echo.h"
#include "guest.h"

void guest_main(const char *tree);

void
guest_main(const char *tree)
{
    uint64_t count;

    guest_tree = tree;
    count = argument_number("count=");
    if (argument_is("score=", "values")) {
        uint64_t value = echo_word(argument_number("seed="));

        while (count-- > 0)
            record_value(value = answer_next(value));
    } else if (argument_is("score=", "words")) {
        record_value(echo_word(argument_number("seed=")));
    } else if (argument_is("score=", "twice")) {
        record_value(echo_twice(argument_number("seed=")));
    } else {
        answer_call((long)count);
        record("called");
    }
}

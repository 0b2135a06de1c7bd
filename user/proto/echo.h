/* SPDX-License-Identifier: MIT */
/* The echo protocol: a service that answers what it is told.
 *
 *     label       request          reply
 *     ECHO_SAY    number, word     ECHO_HEARD: number, ~word
 */
#pragma once

#include <lib/syscall.h>

enum echo_label { ECHO_SAY = 1, ECHO_HEARD = 2 };

struct echo_answer {
    uint64_t number;
    uint64_t word; /* all bits inverted */
};

/* Says `number` and `word` to the service at `echo`. ERR_DEAD: it ended
 * meanwhile, and may be asked again; ERR_ARGUMENT if what came back is no
 * answer of this protocol. */
MUST_CHECK static inline err_t
echo_say(handle_t echo, uint64_t number, uint64_t word,
         struct echo_answer *answer)
{
    struct message m = {.header = ECHO_SAY, .words = {number, word}};
    err_t error = sys_endpoint_call(echo, &m);

    if (error != OK)
        return error;
    if (message_label(&m) != ECHO_HEARD)
        return ERR_ARGUMENT;
    *answer = (struct echo_answer){m.words[0], m.words[1]};
    return OK;
}

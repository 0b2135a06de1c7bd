/* SPDX-License-Identifier: MIT */
/* The report protocol: a supervisor asks a program how it did.
 *
 *     label        request   reply
 *     REPORT_ASK   -         REPORT_DONE: messages handled, failures
 *
 * A server gets the question through the endpoint that it serves anyway and
 * tells it by the badge, REPORT_BADGE, which it trusts because only the
 * supervisor was given a handle with it. Asking is a call: if the program
 * dies before or while it is asked, the supervisor gets ERR_DEAD. */
#pragma once

#include <lib/syscall.h>

#include <stdbool.h>

#define REPORT_BADGE UINT64_C(0x7265706f7274)

enum report_label { REPORT_ASK = 0x100, REPORT_DONE = 0x101 };

struct report {
    uint64_t messages;
    uint64_t failures;
};

/* Asks the program behind `endpoint` and waits for its answer. */
MUST_CHECK static inline err_t
report_ask(handle_t endpoint, struct report *report)
{
    struct message m = {.header = REPORT_ASK};
    err_t error = sys_endpoint_call(endpoint, &m);

    if (error != OK)
        return error;
    if (message_label(&m) != REPORT_DONE)
        return ERR_ARGUMENT;
    *report = (struct report){m.words[0], m.words[1]};
    return OK;
}

/* Whether a message that was received is the supervisor's question. */
static inline bool
report_is_asked(const struct message *m)
{
    return m->badge == REPORT_BADGE && message_label(m) == REPORT_ASK;
}

/* Turns the question in `m` into the answer to it. */
static inline void
report_answer(struct message *m, const struct report *report)
{
    m->header = REPORT_DONE;
    m->words[0] = report->messages;
    m->words[1] = report->failures;
}

/* SPDX-License-Identifier: MIT */
/* A chaski: takes each message to the next station and its answer back.
 *
 * It knows the road and not the message: what arrives in the registers is
 * sent on as it is. Only the supervisor's question, which is known by its
 * badge and not by its content, is for the relay itself.
 *
 * Grants: "service", the endpoint it receives from; "next", where to send. */
#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/echo.h>
#include <proto/report.h>

/* Takes the message in `m` to `next`; the answer is then in its place. */
static void
message_relay(struct message *m, handle_t next, struct report *report)
{
    err_t error = sys_endpoint_call(next, m);

    report->messages++;
    if (error == OK) {
        m->words[2]++;
        return;
    }
    report->failures++;
    m->header = ECHO_LOST;
    m->words[0] = (uint64_t)error;
}

int
main(void)
{
    handle_t service = startup_handle("service");
    handle_t next = startup_handle("next");
    struct message m = {0};
    struct report report = {0};

    for (;;) {
        err_t error = sys_endpoint_reply_recv(service, &m);

        if (error == ERR_TOKEN) {
            m.token = 0;
            continue;
        }
        if (error != OK)
            return (int)error;

        if (report_is_asked(&m))
            report_answer(&m, &report);
        else
            message_relay(&m, next, &report);
    }
}

/* SPDX-License-Identifier: MIT */
/* The end of the road: answers each message with its word inverted.
 *
 * A server in its smallest form: one loop around one system call, which
 * replies to the last caller and waits for the next.
 *
 * Grants: "service", the endpoint it receives from. */
#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/echo.h>
#include <proto/report.h>

int
main(void)
{
    handle_t service = startup_handle("service");
    struct message m = {0}; /* token 0: nobody to answer yet */
    struct report report = {0};

    for (;;) {
        err_t error = sys_endpoint_reply_recv(service, &m);

        if (error == ERR_TOKEN) {
            m.token = 0; /* that caller is gone; its answer with it */
            continue;
        }
        if (error != OK)
            return (int)error;

        if (report_is_asked(&m)) {
            report_answer(&m, &report);
        } else {
            report.messages++;
            m.header = ECHO_HEARD;
            m.words[1] = ~m.words[1];
            m.words[2] = 0;
        }
    }
}

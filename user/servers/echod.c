/* SPDX-License-Identifier: MIT */
/* The echo service: answers each message with its word inverted.
 *
 * A server in its smallest form: one loop around one call, which replies to the
 * last caller and waits for the next.
 *
 * Grants: "service", the endpoint it receives from; "init". */
#include <lib/request.h>
#include <lib/startup.h>
#include <proto/echo.h>
#include <proto/service.h>

int
main(void)
{
    handle_t service = startup_handle("service");
    struct message m = {0}; /* token 0: nobody to answer yet */

    if (service_ready(startup_handle("init"), "/svc/echo") != OK)
        return 1;

    for (;;) {
        err_t error = request_next(service, &m);

        if (error != OK)
            return (int)error;
        m.header = ECHO_HEARD;
        m.words[1] = ~m.words[1];
    }
}

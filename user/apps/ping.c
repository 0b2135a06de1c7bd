/* SPDX-License-Identifier: MIT */
/* Sends numbered messages down the road and checks what comes back.
 *
 * It cannot see how far its messages go: one call, one answer, and the count
 * of stations is all that tells a relay from the echo itself.
 *
 * Grants: "echo", where to send; "service", where init asks for a report. */
#include <lib/error.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/echo.h>
#include <proto/report.h>

#include <stdio.h>

enum { MESSAGES = 4 };

/* Sends message `number`; false if its answer is not the right one. */
static bool
message_exchange(handle_t echo, uint64_t number)
{
    uint64_t word = number * UINT64_C(0x0101010101010101);
    struct echo_answer answer;
    err_t error = echo_say(echo, number, word, &answer);

    if (error != OK) {
        printf("ping   message %lu lost: %s\n", number, error_name(error));
        return false;
    }
    if (answer.number != number || answer.word != ~word) {
        printf("ping   message %lu came back wrong\n", number);
        return false;
    }
    printf("ping   message %lu answered, %lu station\n", number,
           answer.stations);
    return true;
}

int
main(void)
{
    handle_t echo = startup_handle("echo");
    struct report report = {0};
    struct message m;

    for (uint64_t number = 1; number <= MESSAGES; number++) {
        report.messages++;
        if (!message_exchange(echo, number))
            report.failures++;
    }

    /* Stay until init has asked. */
    do {
        if (sys_endpoint_recv(startup_handle("service"), 0, &m) != OK)
            return 1;
    } while (!report_is_asked(&m));
    report_answer(&m, &report);
    return sys_endpoint_reply(&m) != OK;
}

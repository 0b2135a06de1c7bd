/* SPDX-License-Identifier: MIT */
/* The system call around which a server is a loop. */
#pragma once

#include <lib/syscall.h>

/* Replies with `message` to the caller in its token, if that is not 0, and
 * receives the next message from `service` into it. A caller that is gone
 * meanwhile is passed over, and its answer with it. So what comes back is OK,
 * or an error with which the server cannot go on.
 *
 * For servers that take handles: one that was moved along is in the last word,
 * and to be closed, if the header says so with MESSAGE_HANDLE. */
MUST_CHECK err_t request_next_taking(handle_t service, struct message *message);

/* Closes the handle that was moved along. */
void request_drop_handle(struct message *message);

/* The same for servers that take none: nobody is to fill their table. */
MUST_CHECK static inline err_t
request_next(handle_t service, struct message *message)
{
    err_t error = request_next_taking(service, message);

    if (message->header & MESSAGE_HANDLE && error == OK)
        request_drop_handle(message);
    return error;
}

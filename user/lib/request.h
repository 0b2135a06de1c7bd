/* SPDX-License-Identifier: MIT */
/* The system call around which a server is a loop. */
#pragma once

#include <lib/syscall.h>

/* Replies with `message` to the caller in its token, if that is not 0, and
 * receives the next message from `service` into it. A caller that is gone
 * meanwhile is passed over, and its answer with it. So what comes back is OK,
 * or an error with which the server cannot go on.
 *
 * A handle that came with the message is closed: nobody is to fill our table. */
MUST_CHECK err_t request_next(handle_t service, struct message *message);

/* The same for servers that take handles: it is in the last word, and to be
 * closed, if the header says so with MESSAGE_HANDLE. */
MUST_CHECK err_t request_next_taking(handle_t service, struct message *message);

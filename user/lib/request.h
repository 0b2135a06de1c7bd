/* SPDX-License-Identifier: MIT */
/* The system call around which a server is a loop. */
#pragma once

#include <lib/syscall.h>

/* Replies with `message` to the caller in its token, if that is not 0, and
 * receives the next message from `service` into it. A caller that is gone
 * meanwhile is passed over, and its answer with it. So what comes back is OK,
 * or an error with which the server cannot go on. */
MUST_CHECK err_t request_next(handle_t service, struct message *message);

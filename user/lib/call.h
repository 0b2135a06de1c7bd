/* SPDX-License-Identifier: MIT */
/* Calls that outlive the server.
 *
 * A server that ends while it has our call lets it fail with ERR_DEAD, and a
 * page of ours that is not there when it looks makes its lease fail. In both
 * cases the request can be made again: the handle leads to the server's
 * successor, for the endpoint is its supervisor's and stays. Whether a request
 * may be made twice is for its protocol to say. */
#pragma once

#include <lib/syscall.h>

#include <stddef.h>

/* How often a request is made again. Each time another server has ended, or the
 * same one has not yet; one that waits long, as for a line to be typed, may see
 * many of them. Servers that never come to serve are given up by their
 * supervisor long before. */
enum { CALL_RETRIES_MAX = 10000 };

/* Calls `endpoint` with `message` and lends `bytes` bytes at `window` as
 * `lease` says: MESSAGE_LEASE_READ, MESSAGE_LEASE_WRITE, or 0 for nothing.
 * When the server ends meanwhile, the same request is made again. ERR_DEAD: it
 * ended CALL_RETRIES_MAX times, or it will not come back. */
MUST_CHECK err_t call_retry(handle_t endpoint, struct message *message,
                            uint64_t lease, void *window, uint64_t bytes);

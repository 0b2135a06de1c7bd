/* SPDX-License-Identifier: MIT */
/* The file protocol (proto/file.h), request by request. */
#pragma once

#include <lib/message.h>

/* Serves the request in `m` and turns it into its answer. */
void serve_request(struct message *m);

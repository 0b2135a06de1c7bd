/* SPDX-License-Identifier: MIT */
/* The file protocol (proto/file.h), request by request. */
#pragma once

#include <lib/message.h>

#include <stdbool.h>

/* Serves the request in `m` and turns it into its answer. */
void serve_request(struct message *m);

/* Whether something is in the cache that the disk has not. */
bool serve_is_dirty(void);

/* Brings it there. If that fails, who asks for it (FILE_SYNC) is told. */
void serve_write_back(void);

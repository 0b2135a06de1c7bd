/* SPDX-License-Identifier: MIT */
/* Who has the console open. */
#pragma once

#include "state.h"

#include <lib/message.h>

/* The open file that the request in `m` is about; NULL if its client has none
 * of that number. */
struct open_file *files_find(const struct message *m);

/* Serve the requests, and leave the answer in `m`. */
void files_open(struct message *m);
void files_close(struct open_file *file, struct message *m);

/* Closes all that `client` has open. */
void files_gone(uint64_t client);

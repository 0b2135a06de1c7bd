/* SPDX-License-Identifier: MIT */
/* Starting and ending a child. */
#pragma once

#include "pager.h"

#include <lib/spawn.h>

/* Starts a child that runs `image`, with our own standard files. Of `request`
 * these fields count: name, arguments, environment, frames, supervisor. Returns
 * NULL, or what is wrong, in words that complete "the program ..."; then
 * nothing is left of it. */
const char *child_start(struct child *child, const struct image *image,
                        struct spawn_request *request);

/* Its process is no more: the name server shall know, too. */
void child_end(struct child *child);

/* SPDX-License-Identifier: MIT */
/* Writes what a program finds when it starts (lib/startup.h): for spawn.c. */
#pragma once

#include <lib/spawn.h>

/* Writes it below `end`, where the `room` bytes before that are ours, for a
 * program that will see them `distance` bytes higher. There are
 * request->grant_count + 1 grants. Returns the block's address in the program;
 * 0 if it does not fit. */
uint64_t startup_write(char *end, size_t room, uint64_t distance,
                       const struct spawn_request *request,
                       const struct startup_grant grants[]);

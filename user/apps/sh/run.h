/* SPDX-License-Identifier: MIT */
/* Running command lines. */
#pragma once

/* Of a line without a meaning. */
enum { STATUS_USAGE = 2 };

/* Runs `line`, of any number of commands, which may be changed by that. Returns
 * the status of the last one: STATUS_USAGE if the line has no meaning, which is
 * said, and then nothing of it runs. */
int line_run(const char *line);

/* SPDX-License-Identifier: MIT */
/* Running command lines. */
#pragma once

/* Runs `line`, of any number of commands, which may be changed by that. Returns
 * the status of the last one: 2 if the line has no meaning, which is said, and
 * then nothing of it runs. */
int line_run(const char *line);

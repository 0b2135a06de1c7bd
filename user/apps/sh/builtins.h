/* SPDX-License-Identifier: MIT */
/* Commands that the shell does itself, because they change the shell or need
 * the handles that it holds. */
#pragma once

#include <stdbool.h>

/* Whether words[0] is such a command; if so it is done, and `*status` is its
 * status. */
bool builtin_run(char *const *words, int *status);

/* Whether words[0] is such a command. */
bool builtin_is(const char *name);

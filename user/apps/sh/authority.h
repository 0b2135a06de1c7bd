/* SPDX-License-Identifier: MIT */
/* Which programs get more than files.
 *
 * A program that the shell starts can do nothing but use its own memory, the
 * name server and the files it was given. Those that look at the whole system
 * or order it about need more, and the shell hands that on to them, and to no
 * others. What counts is the path: only the boot archive's programs, under
 * /bin, are known to be what their names say. */
#pragma once

#include <lib/spawn.h>

enum { AUTHORITY_GRANTS_MAX = 3 };

/* Fills in the grants for the program at `path`. Returns how many there are. */
size_t authority_of(const char *path, struct spawn_grant *grants);

/* SPDX-License-Identifier: MIT */
/* Memory that outlives a service.
 *
 * init makes it for a service whose manifest says so, and gives it to each
 * process that runs the service, one after the other: what one of them has
 * written there the next one finds. At first it is all zeros. A service that
 * may be killed between any two instructions keeps it consistent by writing
 * what decides last, in one word. */
#pragma once

#include <stddef.h>

/* All of it, mapped as one piece; NULL and 0 bytes if there is none. It comes
 * as the argument "kept=<pages>" and the grants "kept0", "kept1", ..., memory
 * objects of 64 pages each and one of what is left. Each call gives the same
 * answer. If it cannot be mapped the program ends. */
void *kept_memory(size_t *bytes);

/* SPDX-License-Identifier: MIT */
/* The boot archive: files in cpio's "newc" format, in memory. */
#pragma once

#include <stddef.h>

/* The file `name` in the archive of `archive_bytes` bytes, and its length;
 * NULL if it is not there. An archive that is damaged ends at the damage and
 * is never read outside its bytes. The file is aligned to 4 bytes only. */
const void *archive_find(const void *archive, size_t archive_bytes,
                         const char *name, size_t *file_bytes);

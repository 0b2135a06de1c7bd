/* SPDX-License-Identifier: MIT */
/* The boot archive: files in cpio's "newc" format, in memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A file of the archive. */
struct archive_file {
    const char *name;
    const void *content; /* aligned to 4 bytes only */
    size_t bytes;
};

/* The file at `*position`, at first 0, which is then the next one's. False if
 * there are no more. An archive that is damaged ends at the damage and is never
 * read outside its `archive_bytes` bytes. */
bool archive_next(const void *archive, size_t archive_bytes, size_t *position,
                  struct archive_file *file);

/* The file `name` in the archive, and its length; NULL if it is not there. */
const void *archive_find(const void *archive, size_t archive_bytes,
                         const char *name, size_t *file_bytes);

/* SPDX-License-Identifier: MIT */
/* Paths as text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The absolute path that `path` means in `directory`, an absolute one itself:
 * with one slash between names and none at the end, without "." and "..".
 * These are resolved in the text: ".." takes the name before it away, and
 * nothing at the root. Writes it to `to`, which has room for `room` bytes, with
 * a zero behind. Returns its length; 0 if it does not fit. */
size_t pathname_join(const char *directory, const char *path, char *to,
                     size_t room);

/* Where the last name of `path` begins. */
const char *pathname_last(const char *path);

/* Whether `path` can only mean a directory: it ends with a slash, "." or "..",
 * of which pathname_join leaves nothing. */
bool pathname_is_directory(const char *path);

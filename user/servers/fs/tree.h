/* SPDX-License-Identifier: MIT */
/* Changing the tree of names: the PATH_ requests of proto/file.h.
 *
 * As in file.h, the caller rolls back what one that fails has begun. */
#pragma once

#include "inode.h"

/* Makes an empty directory or file. EEXIST, ENOENT, EMLINK, EINVAL for another
 * `mode`. */
MUST_USE int tree_make(const char *path, size_t length, uint64_t mode);

/* Removes a name, of a directory (S_IFDIR), of all else (S_IFREG) or of either
 * (0). ENOTDIR, EISDIR, ENOTEMPTY; EBUSY for the root; EINVAL for a path that
 * ends with "." or "..". */
MUST_USE int tree_remove(const char *path, size_t length, uint64_t mode);

/* Gives what `from` names the name `to`; what has it is replaced. A directory
 * replaces an empty directory only, and does not go into itself: EINVAL. */
MUST_USE int tree_rename(const char *from, size_t from_length, const char *to,
                         size_t to_length);

/* SPDX-License-Identifier: MIT */
/* Paths: from the root, component by component.
 *
 * ".." is followed as the directories have it, but not above the root: no path
 * leads out of the volume. Symbolic links are not followed: ELOOP. */
#pragma once

#include "directory.h"

/* Where a path leads: a name in a directory, whether it is there or not. */
struct place {
    struct inode directory;
    const char *name;   /* the path's last component; in the path */
    size_t length;      /* 0: the path is that of `directory` itself, as "", */
    bool is_directory;  /* "." or ".." at its end say; or a slash behind it */
    struct entry entry; /* entry.inode is 0 if the name is not there */
};

/* Walks to the directory of what `path` names, and looks for the name. ENOENT
 * and ENOTDIR are about what comes before it; ENAMETOOLONG. */
MUST_USE int path_walk(const char *path, size_t length, struct place *place);

/* The inode at the place. ENOENT; ENOTDIR if there is a slash behind the name
 * of a file; ELOOP. */
MUST_USE int place_inode(const struct place *place, struct inode *inode);

/* Whether `inode` is `directory` or one of those that it is in. */
MUST_USE int directory_is_within(const struct inode *directory, uint32_t inode,
                                 bool *is_within);

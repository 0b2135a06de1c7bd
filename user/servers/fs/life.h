/* SPDX-License-Identifier: MIT */
/* The life of inodes: they begin with a name, and end when they have neither
 * names nor clients that have them open.
 *
 * An inode without a name that is still open is an *orphan*. The superblock
 * has a list of those, through their delete_time: so that after a power
 * failure the next server finds and ends them. */
#pragma once

#include "inode.h"

/* A new inode near `parent`, with `mode`, no links and no content. The caller
 * writes it. ENOSPC. */
MUST_USE int inode_begin(const struct inode *parent, uint32_t mode,
                         struct inode *inode);

/* Takes one link away; from a directory, which has no others, all. Ends the
 * inode if that was the last and `is_open` is false; otherwise it is written
 * back. */
MUST_USE int inode_unlink(struct inode *inode, bool is_open);

/* Ends an orphan: nobody has it open any more. */
MUST_USE int orphan_end(struct inode *inode);

/* The first orphan of the list; 0 if there is none. */
MUST_USE int orphan_first(uint32_t *number);

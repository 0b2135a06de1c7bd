/* SPDX-License-Identifier: MIT */
/* What clients do with files: open, read, write, cut, close.
 *
 * All functions return 0 or an error of <errno.h>; one that fails may have
 * begun to change something, and its caller rolls the transaction back. The
 * clients' memory is reached through the token of the request (leases). */
#pragma once

#include "inode.h"

#include <lib/message.h>

enum { FILE_BYTES_MAX = 65536 }; /* read or written by one request */

/* Opens what `path` names for the client, as `flags` (enum file_flags) say: it
 * is made first, or cut to nothing. `*inode` is what it is then. ENOENT,
 * EEXIST, EISDIR, ENOTDIR, EMFILE, ENFILE, EROFS, and what path.h says. */
MUST_USE int file_open(uint64_t client, uint64_t flags, const char *path,
                       size_t length, struct open **open, struct inode *inode);

/* Closes it. What has no name any more ends. */
MUST_USE int file_end(struct open *open);

/* Reads up to `bytes` bytes from `offset` on into the caller's memory. `*done`
 * is how many there were, or could be read. EBADF, EISDIR; EIO: not even one;
 * EFAULT: it lends too little. */
MUST_USE int file_read_at(const struct open *open, uint64_t offset,
                          token_t token, uint64_t bytes, uint64_t *done);

/* Writes `bytes` bytes of the caller's memory at `offset`, or at the end if it
 * is FILE_END; fewer if they are over FILE_BYTES_MAX, or the file would be too
 * large. `*done` is how many were written, and `*behind` where they end. EFBIG:
 * not even one. EBADF, EFAULT, ENOSPC: for so many there is no room, or the
 * caller does not have them; `*done` is for how many there is. */
MUST_USE int file_write_at(const struct open *open, uint64_t offset,
                           token_t token, uint64_t bytes, uint64_t *done,
                           uint64_t *behind);

/* Cuts the file to `size` bytes, or lengthens it with a hole. */
MUST_USE int file_cut(const struct open *open, uint64_t size);

/* The same for any file, open or not. */
MUST_USE int inode_cut(struct inode *inode, uint64_t size);

/* Makes what is behind `size` in its block zero, when the file ends or ended
 * there and is to grow: then it is content. */
MUST_USE int tail_clear(const struct inode *inode, uint64_t size);

/* Fills the caller's memory, of `bytes` bytes, with struct file_entry, from
 * `*position` on. EINVAL: not even one fits. */
MUST_USE int file_names(const struct open *open, uint64_t *position,
                        token_t token, uint64_t bytes, uint64_t *done);

/* SPDX-License-Identifier: MIT */
/* The boot archive, as far as the kernel reads it: its first file. */
#pragma once

#include "types.h"

/* Finds the first file of the "newc" archive of `bytes` bytes at `archive`.
 * Returns its content and its length in `file_bytes`, or NULL if no such
 * archive or file is there. */
const void *cpio_first(const void *archive, uint64_t bytes,
                       uint64_t *file_bytes);

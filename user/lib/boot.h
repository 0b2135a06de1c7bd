/* SPDX-License-Identifier: MIT */
/* What only the first program has: the boot archive and the device tree.
 *
 * It is started by the kernel (kernel/abi/boot.h). boot.c turns that into
 * what every program starts with: the grants "self", "thread", "machine",
 * "archive" and "tree", and as arguments "init" and the words of the command
 * line given to the machine (/chosen/bootargs). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Mapped when main starts. A part that is not there is NULL, 0 bytes long. */
struct boot_information {
    const void *archive;
    size_t archive_bytes;
    const void *tree;
    size_t tree_bytes;
    uint64_t frames; /* in init's quota at the start */
};

extern struct boot_information boot_information;

/* The file `name` of the boot archive, NULL if there is none. */
const void *boot_file(const char *name, size_t *bytes);

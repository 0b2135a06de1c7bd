/* SPDX-License-Identifier: MIT */
/* ELF programs: what of a file goes where in memory.
 *
 * Strict on purpose: a file that passes can be loaded without a second look,
 * and one that does not is told why. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ELF_SEGMENTS_MAX = 6 };

/* Whole pages that are mapped alike. */
struct elf_segment {
    uint64_t address;    /* a multiple of the page size */
    uint64_t pages;      /* at least 1 */
    const void *content; /* `content_bytes` bytes; zeros fill up the pages */
    uint64_t content_bytes;
    bool is_writable; /* all segments are readable */
    bool is_executable;
};

struct elf {
    uint64_t entry;
    uint64_t stack_pages; /* that it wants; 0: it does not say */
    unsigned segment_count;
    struct elf_segment segments[ELF_SEGMENTS_MAX];
};

/* Reads the file of `bytes` bytes at `image`, which needs no alignment, into
 * `elf`. Returns NULL if the program can be loaded as `elf` says, and
 * otherwise what is wrong, in words that complete "the program ...". */
const char *elf_read(const void *image, size_t bytes, struct elf *elf);

/* SPDX-License-Identifier: MIT */
/* The two readers of the boot archive on any bytes: the kernel's, which looks
 * for the first file, and the library's, which looks for a name.
 *
 * The input is copied to a block of its exact length, so that ASan sees a read
 * of one byte too many. What is found must lie inside, and where both find
 * the first file, they must find the same. */
#include "cpio.h"

#include "check.h"

#include <lib/archive.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES = 110 };

/* [file, file + file_bytes) lies in the archive. */
static void
check_inside(const char *archive, size_t bytes, const char *file,
             size_t file_bytes)
{
    CHECK(file >= archive && file_bytes <= bytes);
    CHECK((size_t)(file - archive) <= bytes - file_bytes);
    check_readable(file, file_bytes);
}

/* What is found under `name`, NULL if nothing is. */
static const char *
name_find(const char *archive, size_t bytes, const char *name,
          size_t *file_bytes)
{
    const char *file = archive_find(archive, bytes, name, file_bytes);

    if (file)
        check_inside(archive, bytes, file, *file_bytes);
    return file;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    char *archive = check_copy(data, bytes);
    uint64_t first_bytes = 0;
    size_t file_bytes = 0;
    const char *first = cpio_first(archive, bytes, &first_bytes), *file;

    if (first)
        check_inside(archive, bytes, first, first_bytes);
    (void)name_find(archive, bytes, "b", &file_bytes);

    /* The first header's own name, if it has an end, finds the first file or,
     * because the library checks more, nothing. */
    if (bytes > HEADER_BYTES &&
        memchr(archive + HEADER_BYTES, '\0', bytes - HEADER_BYTES)) {
        file = name_find(archive, bytes, archive + HEADER_BYTES, &file_bytes);
        CHECK(!file || (file == first && file_bytes == first_bytes));
    }
    free(archive);
    return 0;
}

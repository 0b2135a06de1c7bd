/* SPDX-License-Identifier: MIT */
/* The first file of a real archive, and of all kinds of ruins of it.
 * Arguments: the archive, the file that it begins with. */
#include "cpio.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES = 110, DAMAGES = 50000 };

/* Reads the archive's first `bytes` bytes. Whatever is found lies inside. */
static const void *
read_part(const char *archive, size_t bytes)
{
    char *part = check_copy(archive, bytes);
    uint64_t file_bytes = 0;
    const char *file = cpio_first(part, bytes, &file_bytes);

    if (file) {
        CHECK(file >= part && file_bytes <= bytes);
        CHECK((size_t)(file - part) <= bytes - file_bytes);
        check_readable(file, file_bytes);
    }
    free(part);
    return file;
}

int
main(int argc, char **argv)
{
    size_t bytes, content_bytes;
    char *archive = check_file(argc > 1 ? argv[1] : NULL, &bytes);
    char *content = check_file(argc > 2 ? argv[2] : NULL, &content_bytes);
    uint64_t file_bytes;
    const char *file = cpio_first(archive, bytes, &file_bytes);

    CHECK(file && file_bytes == content_bytes);
    CHECK(memcmp(file, content, file_bytes) == 0);

    /* Cut at each length: there only when it is there in full. */
    size_t needed = (size_t)(file - archive) + file_bytes;
    for (size_t length = 0; length <= needed + 8; length += 1 + length / 2048)
        CHECK((read_part(archive, length) != NULL) == (length >= needed));
    CHECK(!read_part(archive, needed - 1) && read_part(archive, needed));

    /* A number is eight hexadecimal digits. */
    for (unsigned i = 0; i < 16; i++) {
        char *digit = archive + (i < 8 ? 54 + i : 94 + i - 8);
        char kept = *digit;

        *digit = "gG/:@`x "[i % 8];
        CHECK(!cpio_first(archive, bytes, &file_bytes));
        *digit = kept;
    }

    /* A short archive is enough to try headers that lie. */
    for (unsigned i = 0; i < DAMAGES; i++) {
        char ruin[HEADER_BYTES + 64];

        memcpy(ruin, archive, sizeof(ruin));
        memcpy(ruin + 54, check_below(2) ? "00000010" : "ffffffff", 8);
        check_damage(ruin, HEADER_BYTES, 1 + check_below(3));
        memcpy(ruin, archive, check_below(8) ? 6 : 0);
        read_part(ruin, HEADER_BYTES + check_below(64));
    }
    free(archive);
    free(content);
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* A newc archive is a row of members [cpio(5)]:
 *
 *     header   "070701" and 13 numbers of 8 hexadecimal digits
 *     name     its length, with the closing zero, is number 11
 *     content  its length is number 6
 *
 * Name and content are followed by zeros up to a multiple of 4 from the
 * archive's start. The last member is called "TRAILER!!!". */
#include <lib/archive.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { HEADER_BYTES = 6 + 13 * 8, FIELD_FILE_BYTES = 6, FIELD_NAME_BYTES = 11 };

static const char magic[] = "070701";
static const char last_name[] = "TRAILER!!!";

/* Reads header number `field`. False if a digit is none. */
static bool
field_read(const char *header, unsigned field, size_t *value)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *text = header + sizeof(magic) - 1 + 8 * (size_t)field;

    *value = 0;
    for (unsigned i = 0; i < 8; i++) {
        const char *digit = memchr(digits, text[i], sizeof(digits) - 1);

        if (!digit)
            return false;
        *value = *value * 16 + (size_t)(digit - digits) % 16;
    }
    return true;
}

static size_t
round_up(size_t offset)
{
    return (offset + 3) & ~(size_t)3;
}

bool
archive_next(const void *archive, size_t archive_bytes, size_t *position,
             struct archive_file *file)
{
    const char *bytes = archive;
    size_t at = *position;
    size_t name_bytes, content, content_bytes;

    if (at > archive_bytes || archive_bytes - at < HEADER_BYTES)
        return false;

    const char *header = bytes + at;

    /* A field has 32 bits, so none of the sums below can overflow. */
    if (memcmp(header, magic, sizeof(magic) - 1) != 0 ||
        !field_read(header, FIELD_NAME_BYTES, &name_bytes) ||
        !field_read(header, FIELD_FILE_BYTES, &content_bytes))
        return false;
    content = round_up(at + HEADER_BYTES + name_bytes);
    if (name_bytes == 0 || content > archive_bytes ||
        content_bytes > archive_bytes - content ||
        header[HEADER_BYTES + name_bytes - 1] != '\0' ||
        strcmp(header + HEADER_BYTES, last_name) == 0)
        return false;

    *file = (struct archive_file){
        .name = header + HEADER_BYTES,
        .content = bytes + content,
        .bytes = content_bytes,
    };
    *position = round_up(content + content_bytes);
    return true;
}

const void *
archive_find(const void *archive, size_t archive_bytes, const char *name,
             size_t *file_bytes)
{
    struct archive_file file;
    size_t position = 0;

    while (archive_next(archive, archive_bytes, &position, &file))
        if (strcmp(file.name, name) == 0) {
            *file_bytes = file.bytes;
            return file.content;
        }
    return NULL;
}

/* SPDX-License-Identifier: MIT */
/* cpio "newc" [cpio]: a header of 110 characters, the name, the content, each
 * padded to a multiple of four bytes. Numbers are eight hexadecimal digits.
 *
 * Pure: no hardware, also built for the host. */
#include "cpio.h"

enum {
    CPIO_HEADER_BYTES = 110,
    CPIO_FILE_SIZE_AT = 6 + 6 * 8,
    CPIO_NAME_SIZE_AT = 6 + 11 * 8,
};

/* Eight hexadecimal digits; a value of more than 32 bits for anything else. */
static uint64_t
hex_read(const char *digits)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 8; i++) {
        char c = digits[i];
        if (c >= '0' && c <= '9')
            value = value << 4 | (uint64_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            value = value << 4 | (uint64_t)((c | 0x20) - 'a' + 10);
        else
            return UINT64_MAX;
    }
    return value;
}

const void *
cpio_first(const void *archive, uint64_t bytes, uint64_t *file_bytes)
{
    const char *header = archive;
    static const char magic[] = "070701";
    uint64_t name_bytes, start;

    if (bytes < CPIO_HEADER_BYTES)
        return NULL;
    for (unsigned i = 0; i < sizeof(magic) - 1; i++)
        if (header[i] != magic[i])
            return NULL;
    *file_bytes = hex_read(header + CPIO_FILE_SIZE_AT);
    name_bytes = hex_read(header + CPIO_NAME_SIZE_AT);
    if (*file_bytes > UINT32_MAX || name_bytes > UINT32_MAX)
        return NULL;
    start = (CPIO_HEADER_BYTES + name_bytes + 3) & ~UINT64_C(3);
    if (start > bytes || *file_bytes > bytes - start)
        return NULL;
    return header + start;
}

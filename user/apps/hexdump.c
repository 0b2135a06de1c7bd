/* SPDX-License-Identifier: MIT */
/* hexdump [FILE]...: shows bytes, 16 a line, with their offset and as text; of
 * stdin if there is no file. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { LINE = 16 };

static void
line_show(unsigned long offset, const unsigned char *bytes, size_t count)
{
    printf("%08lx ", offset);
    for (size_t i = 0; i < LINE; i++) {
        if (i < count)
            printf("%s%02x", i % 8 ? " " : "  ", bytes[i]);
        else
            printf("%s", i % 8 ? "   " : "    ");
    }
    printf("  |");
    for (size_t i = 0; i < count; i++)
        putchar(isprint(bytes[i]) ? bytes[i] : '.');
    printf("|\n");
}

static void
file_show(FILE *file)
{
    unsigned char bytes[LINE];
    unsigned long offset = 0;
    size_t count;

    while ((count = fread(bytes, 1, sizeof(bytes), file)) > 0) {
        line_show(offset, bytes, count);
        offset += count;
    }
    printf("%08lx\n", offset);
}

int
main(int argc, char **argv)
{
    int status = 0;

    if (argc == 1)
        file_show(stdin);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");

        if (!file) {
            fprintf(stderr, "hexdump: %s: %s\n", argv[i], strerror(errno));
            status = 1;
            continue;
        }
        file_show(file);
        fclose(file);
    }
    return status;
}

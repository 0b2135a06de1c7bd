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

static int
complain(const char *name)
{
    fprintf(stderr, "hexdump: %s: %s\n", name, strerror(errno));
    return 1;
}

/* Shows what can be read of a file. Returns the status. */
static int
file_show(FILE *file, const char *name)
{
    unsigned char bytes[LINE];
    unsigned long offset = 0;
    size_t count;

    while ((count = fread(bytes, 1, sizeof(bytes), file)) > 0) {
        line_show(offset, bytes, count);
        offset += count;
    }
    if (ferror(file))
        return complain(name);
    printf("%08lx\n", offset);
    return 0;
}

int
main(int argc, char **argv)
{
    int status = 0;

    if (argc == 1)
        return file_show(stdin, "stdin");
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");

        if (!file) {
            status = complain(argv[i]);
            continue;
        }
        status |= file_show(file, argv[i]);
        fclose(file);
    }
    return status;
}

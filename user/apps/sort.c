/* SPDX-License-Identifier: MIT */
/* sort [-nru] [FILE]...: writes all lines in order; those of stdin if there is
 * no file. -n compares numbers, -r puts the last first, -u drops what is equal
 * to the line before. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_numeric, is_reverse, is_unique;

static char **lines;
static size_t line_count, line_room;

static int
lines_compare(const void *a, const void *b)
{
    const char *left = *(char *const *)a, *right = *(char *const *)b;
    int order = strcmp(left, right);

    if (is_numeric) {
        long first = strtol(left, NULL, 10), second = strtol(right, NULL, 10);

        if (first != second || is_unique)
            order = (first > second) - (first < second);
    }
    return is_reverse ? -order : order;
}

/* Part of the lines in order would look like all of them. */
_Noreturn static void
give_up(const char *name)
{
    fprintf(stderr, "sort: %s: %s\n", name, strerror(errno));
    exit(2);
}

/* Keeps a line of `bytes` bytes. */
static void
line_add(const char *text, size_t bytes)
{
    char *line = malloc(bytes + 1);
    char **more;

    if (line_count == line_room) {
        line_room = line_room ? 2 * line_room : 256;
        more = realloc(lines, line_room * sizeof(*lines));
        if (!more)
            give_up("memory");
        lines = more;
    }
    if (!line)
        give_up("memory");
    memcpy(line, text, bytes);
    line[bytes] = '\0';
    lines[line_count++] = line;
}

/* Keeps all lines of a file, however long they are. */
static void
file_add(FILE *file, const char *name)
{
    static char *line;
    static size_t room;
    size_t bytes = 0;
    char *more;
    int c;

    while ((c = getc(file)) != EOF || bytes > 0) {
        if (bytes == room) {
            room = room ? 2 * room : 256;
            more = realloc(line, room);
            if (!more)
                give_up("memory");
            line = more;
        }
        if (c != EOF && c != '\n') {
            line[bytes++] = (char)c;
            continue;
        }
        line_add(line, bytes);
        bytes = 0;
        if (c == EOF)
            break;
    }
    if (ferror(file))
        give_up(name);
}

int
main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "nru")) != -1) {
        is_numeric |= option == 'n';
        is_reverse |= option == 'r';
        is_unique |= option == 'u';
        if (option == '?')
            return 2;
    }
    if (optind == argc)
        file_add(stdin, "stdin");
    for (int i = optind; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");

        if (!file)
            give_up(argv[i]);
        file_add(file, argv[i]);
        fclose(file);
    }
    if (line_count)
        qsort(lines, line_count, sizeof(*lines), lines_compare);
    for (size_t i = 0; i < line_count; i++)
        if (!is_unique || i == 0 || lines_compare(&lines[i - 1], &lines[i]))
            puts(lines[i]);
    return 0;
}

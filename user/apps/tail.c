/* SPDX-License-Identifier: MIT */
/* tail [-n LINES] [FILE]...: the last lines, 10 if it is not said how many; of
 * stdin if there is no file. */
#include "lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All that can be read, `*bytes` bytes; NULL if there is no memory for it. */
static char *
file_read_all(FILE *file, size_t *bytes)
{
    size_t room = 4096;
    char *text = malloc(room);

    *bytes = 0;
    while (text) {
        size_t done = fread(text + *bytes, 1, room - *bytes, file);
        char *more;

        *bytes += done;
        if (*bytes < room)
            break;
        room *= 2;
        more = realloc(text, room);
        if (!more)
            free(text);
        text = more;
    }
    return text;
}

/* Where the last lines of the text begin. */
static size_t
lines_begin(const char *text, size_t bytes, long lines)
{
    size_t at = bytes;
    long found = 0;

    if (at > 0 && text[at - 1] == '\n')
        at--;
    while (at > 0) {
        found += text[at - 1] == '\n';
        if (found == lines)
            return at;
        at--;
    }
    return 0;
}

static int
file_show(FILE *file, const char *name, long lines)
{
    size_t bytes;
    char *text = file_read_all(file, &bytes);

    if (!text || ferror(file)) {
        (void)lines_complain("tail", name);
        free(text);
        return 1;
    }
    if (lines > 0) {
        size_t begin = lines_begin(text, bytes, lines);

        fwrite(text + begin, 1, bytes - begin, stdout);
    }
    free(text);
    return 0;
}

int
main(int argc, char **argv)
{
    return lines_run("tail", argc, argv, file_show);
}

/* SPDX-License-Identifier: MIT */
/* head [-n LINES] [FILE]...: the first lines, 10 if it is not said how many;
 * of stdin if there is no file. */
#include "lines.h"

#include <stdio.h>

static int
file_show(FILE *file, const char *name, long lines)
{
    int c;

    while (lines > 0 && (c = getc(file)) != EOF) {
        putchar(c);
        lines -= c == '\n';
    }
    return ferror(file) ? lines_complain("head", name) : 0;
}

int
main(int argc, char **argv)
{
    return lines_run("head", argc, argv, file_show);
}

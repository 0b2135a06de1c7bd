/* SPDX-License-Identifier: MIT */
/* What head and tail take the words of their command line for: "-n LINES", 10
 * if it is not said, and files, or stdin if there is none. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES_DEFAULT = 10 };

/* Says of a file what errno says. Returns a status. */
static inline int
lines_complain(const char *name, const char *file_name)
{
    fprintf(stderr, "%s: %s: %s\n", name, file_name, strerror(errno));
    return 1;
}

/* Reads how many lines are wanted. False: it is no number. */
static inline bool
lines_read(const char *text, long *lines)
{
    char *end;

    *lines = strtol(text, &end, 10);
    return *lines >= 0 && end > text && !*end;
}

/* Has `show` show so many lines of each file, under its name if there are
 * several. Returns the status of the program `name`: 1 if `show` has returned
 * that once, or a file could not be opened. */
static inline int
lines_run(const char *name, int argc, char **argv,
          int (*show)(FILE *file, const char *file_name, long lines))
{
    long lines = LINES_DEFAULT;
    int option, status = 0;

    while ((option = getopt(argc, argv, "n:")) != -1) {
        if (option == 'n' && lines_read(optarg, &lines))
            continue;
        fprintf(stderr, "usage: %s [-n LINES] [FILE]...\n", name);
        return 2;
    }
    if (optind == argc)
        return show(stdin, "stdin", lines);
    for (int i = optind; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");

        if (!file) {
            status = lines_complain(name, argv[i]);
            continue;
        }
        if (argc - optind > 1)
            printf("%s==> %s <==\n", i > optind ? "\n" : "", argv[i]);
        status |= show(file, argv[i], lines);
        fclose(file);
    }
    return status;
}

/* SPDX-License-Identifier: MIT */
/* head [-n LINES] [FILE]...: the first lines, 10 if it is not said how many;
 * of stdin if there is no file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long lines = 10;

static void
file_show(FILE *file)
{
    long left = lines;
    int c;

    while (left > 0 && (c = getc(file)) != EOF) {
        putchar(c);
        left -= c == '\n';
    }
}

int
main(int argc, char **argv)
{
    int option, status = 0;

    while ((option = getopt(argc, argv, "n:")) != -1) {
        if (option != 'n')
            return 2;
        lines = strtol(optarg, NULL, 10);
    }
    if (optind == argc)
        file_show(stdin);
    for (int i = optind; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");

        if (!file) {
            fprintf(stderr, "head: %s: %s\n", argv[i], strerror(errno));
            status = 1;
            continue;
        }
        if (argc - optind > 1)
            printf("%s==> %s <==\n", i > optind ? "\n" : "", argv[i]);
        file_show(file);
        fclose(file);
    }
    return status;
}

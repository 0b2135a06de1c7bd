/* SPDX-License-Identifier: MIT */
/* wc [-clw] [FILE]...: counts lines, words and bytes; of stdin if there is no
 * file. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct counts {
    unsigned long lines, words, bytes;
};

static bool shows_lines, shows_words, shows_bytes;

static int
complain(const char *name)
{
    fprintf(stderr, "wc: %s: %s\n", name, strerror(errno));
    return 1;
}

/* Counts what can be read of a file. Returns the status. */
static int
file_count(FILE *file, const char *name, struct counts *all)
{
    struct counts counts = {0, 0, 0};
    bool is_in_word = false;
    int c;

    while ((c = getc(file)) != EOF) {
        counts.bytes++;
        counts.lines += c == '\n';
        if (isspace(c))
            is_in_word = false;
        else if (!is_in_word) {
            is_in_word = true;
            counts.words++;
        }
    }
    *all = counts;
    return ferror(file) ? complain(name) : 0;
}

/* Numbers stand apart, however long. */
static void
counts_show(struct counts counts, const char *name)
{
    if (shows_lines)
        printf(" %7lu", counts.lines);
    if (shows_words)
        printf(" %7lu", counts.words);
    if (shows_bytes)
        printf(" %7lu", counts.bytes);
    printf("%s%s\n", *name ? " " : "", name);
}

/* Counts the file called `name`, adds to `total`. Returns the status. */
static int
named_count(const char *name, struct counts *total)
{
    FILE *file = fopen(name, "r");
    struct counts counts;
    int status;

    if (!file)
        return complain(name);
    status = file_count(file, name, &counts);
    fclose(file);
    counts_show(counts, name);
    total->lines += counts.lines;
    total->words += counts.words;
    total->bytes += counts.bytes;
    return status;
}

int
main(int argc, char **argv)
{
    struct counts total = {0, 0, 0};
    int option, status = 0;

    while ((option = getopt(argc, argv, "clw")) != -1) {
        shows_bytes |= option == 'c';
        shows_lines |= option == 'l';
        shows_words |= option == 'w';
        if (option == '?')
            return 2;
    }
    if (!shows_lines && !shows_words && !shows_bytes)
        shows_lines = shows_words = shows_bytes = true;

    if (optind == argc) {
        status = file_count(stdin, "stdin", &total);
        counts_show(total, "");
    }
    for (int i = optind; i < argc; i++)
        status |= named_count(argv[i], &total);
    if (argc - optind > 1)
        counts_show(total, "total");
    return status;
}

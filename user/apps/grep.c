/* SPDX-License-Identifier: MIT */
/* grep [-cinv] PATTERN [FILE]...: shows the lines that the extended regular
 * expression matches; of stdin if there is no file. -c counts them only, -i
 * takes upper and lower case for the same, -n numbers lines, -v shows those
 * that do not match. Status 0: some lines, 1: none, 2: an error. */
#include <errno.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 4096 };

static bool counts, ignores_case, shows_numbers, is_inverted;
static regex_t pattern;
static int status;

static void
complain(const char *name)
{
    fprintf(stderr, "grep: %s: %s\n", name, strerror(errno));
    status = 2;
}

/* Shows the matching lines of a file, each with its name if there are several.
 * Returns how many there are. */
static unsigned long
file_search(FILE *file, const char *name, bool is_named)
{
    static char line[LINE_BYTES];
    unsigned long number = 0, found = 0;

    while (fgets(line, sizeof(line), file)) {
        number++;
        line[strcspn(line, "\n")] = '\0';
        if ((regexec(&pattern, line, 0, NULL, 0) == 0) == is_inverted)
            continue;
        found++;
        if (counts)
            continue;
        if (is_named)
            printf("%s:", name);
        if (shows_numbers)
            printf("%lu:", number);
        printf("%s\n", line);
    }
    if (ferror(file))
        complain(name);
    if (counts && is_named)
        printf("%s:", name);
    if (counts)
        printf("%lu\n", found);
    return found;
}

/* Compiles the pattern. False: it is none, and that has been said. */
static bool
pattern_read(const char *text)
{
    int error =
        regcomp(&pattern, text,
                REG_EXTENDED | REG_NOSUB | (ignores_case ? REG_ICASE : 0));
    char problem[80];

    if (error == 0)
        return true;
    regerror(error, &pattern, problem, sizeof(problem));
    fprintf(stderr, "grep: %s: %s\n", text, problem);
    return false;
}

int
main(int argc, char **argv)
{
    unsigned long found = 0;
    bool are_several;
    int option;

    while ((option = getopt(argc, argv, "cinv")) != -1) {
        counts |= option == 'c';
        ignores_case |= option == 'i';
        shows_numbers |= option == 'n';
        is_inverted |= option == 'v';
        if (option == '?')
            return 2;
    }
    if (optind == argc) {
        fprintf(stderr, "usage: grep [-cinv] PATTERN [FILE]...\n");
        return 2;
    }
    if (!pattern_read(argv[optind++]))
        return 2;
    are_several = argc - optind > 1;
    if (optind == argc)
        found = file_search(stdin, "stdin", false);
    for (int i = optind; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");

        if (!file) {
            complain(argv[i]);
            continue;
        }
        found += file_search(file, argv[i], are_several);
        fclose(file);
    }
    return status ? status : found == 0;
}

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

/* Shows the matching lines of a file. Returns how many there are. */
static unsigned long
file_search(FILE *file, const char *name)
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
        if (*name)
            printf("%s:", name);
        if (shows_numbers)
            printf("%lu:", number);
        printf("%s\n", line);
    }
    if (counts)
        printf("%s%s%lu\n", name, *name ? ":" : "", found);
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
    int option, status = 0;

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
    if (optind == argc)
        found = file_search(stdin, "");
    for (int i = optind; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");

        if (!file) {
            fprintf(stderr, "grep: %s: %s\n", argv[i], strerror(errno));
            status = 2;
            continue;
        }
        found += file_search(file, argc - optind > 1 ? argv[i] : "");
        fclose(file);
    }
    return status ? status : found == 0;
}

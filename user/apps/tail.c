/* SPDX-License-Identifier: MIT */
/* tail [-n LINES] [FILE]...: the last lines, 10 if it is not said how many; of
 * stdin if there is no file. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t lines = 10;

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
lines_begin(const char *text, size_t bytes)
{
    size_t at = bytes, found = 0;

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
file_show(FILE *file, const char *name)
{
    size_t bytes;
    char *text = file_read_all(file, &bytes);

    if (!text || ferror(file)) {
        fprintf(stderr, "tail: %s: %s\n", name, strerror(errno));
        return 1;
    }
    if (lines > 0) {
        size_t begin = lines_begin(text, bytes);

        fwrite(text + begin, 1, bytes - begin, stdout);
    }
    free(text);
    return 0;
}

int
main(int argc, char **argv)
{
    int option, status = 0;

    while ((option = getopt(argc, argv, "n:")) != -1) {
        if (option != 'n')
            return 2;
        lines = strtoul(optarg, NULL, 10);
    }
    if (optind == argc)
        return file_show(stdin, "stdin");
    for (int i = optind; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");

        if (!file) {
            fprintf(stderr, "tail: %s: %s\n", argv[i], strerror(errno));
            status = 1;
            continue;
        }
        if (argc - optind > 1)
            printf("%s==> %s <==\n", i > optind ? "\n" : "", argv[i]);
        status |= file_show(file, argv[i]);
        fclose(file);
    }
    return status;
}

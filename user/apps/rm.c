/* SPDX-License-Identifier: MIT */
/* rm [-fr] PATH...: removes files; -r directories too, with all that is in
 * them; -f says nothing about what is not there. A symbolic link is removed,
 * not what it leads to. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_forced, is_recursive;

static int path_remove(const char *path);

static int
complain(const char *path)
{
    if (is_forced && errno == ENOENT)
        return 0;
    fprintf(stderr, "rm: %s: %s\n", path, strerror(errno));
    return 1;
}

/* Removes the first entry there is, again and again: a directory that changes
 * cannot be read on. */
static int
directory_empty(const char *path)
{
    for (;;) {
        DIR *directory = opendir(path);
        struct dirent *entry;
        char *inner = NULL;
        int status;

        if (!directory)
            return complain(path);
        while (!inner && (entry = readdir(directory)))
            if (strcmp(entry->d_name, ".") != 0 &&
                strcmp(entry->d_name, "..") != 0 &&
                asprintf(&inner, "%s/%s", path, entry->d_name) < 0)
                return complain(path);
        closedir(directory);
        if (!inner)
            return 0;
        status = path_remove(inner);
        free(inner);
        if (status != 0)
            return status;
    }
}

/* What a link leads to stays, and may not even be there: so nothing is asked
 * about the name before it is removed. */
static int
path_remove(const char *path)
{
    if (unlink(path) == 0)
        return 0;
    if (errno != EISDIR || !is_recursive)
        return complain(path);
    if (directory_empty(path) != 0)
        return 1;
    return rmdir(path) < 0 ? complain(path) : 0;
}

int
main(int argc, char **argv)
{
    int option, status = 0;

    while ((option = getopt(argc, argv, "fr")) != -1) {
        is_forced |= option == 'f';
        is_recursive |= option == 'r';
        if (option == '?')
            return 2;
    }
    if (optind == argc && !is_forced) {
        fprintf(stderr, "usage: rm [-fr] PATH...\n");
        return 2;
    }
    for (int i = optind; i < argc; i++)
        status |= path_remove(argv[i]);
    return status;
}

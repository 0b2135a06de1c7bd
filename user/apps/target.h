/* SPDX-License-Identifier: MIT */
/* What cp and mv take the words of their command line for: paths, and behind
 * them the directory that each goes to; or one path and where it goes. */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { TARGET_PATH_BYTES = 1024 };

/* Has `act` do what the program `name` does, for each path. Returns the status
 * of the program: 1 if `act` has returned that once. */
static inline int
target_run(const char *name, int argc, char **argv,
           int (*act)(const char *from, const char *to))
{
    const char *target = argv[argc - 1];
    struct stat status;
    int result = 0;

    if (argc < 3) {
        fprintf(stderr, "usage: %s PATH TO, %s PATH... DIRECTORY\n", name,
                name);
        return 2;
    }
    if (stat(target, &status) < 0 || !S_ISDIR(status.st_mode)) {
        if (argc == 3)
            return act(argv[1], target);
        fprintf(stderr, "%s: %s: %s\n", name, target, strerror(ENOTDIR));
        return 1;
    }
    for (int i = 1; i < argc - 1; i++) {
        const char *slash = strrchr(argv[i], '/');
        static char path[TARGET_PATH_BYTES];

        snprintf(path, sizeof(path), "%s/%s", target,
                 slash ? slash + 1 : argv[i]);
        result |= act(argv[i], path);
    }
    return result;
}

/* SPDX-License-Identifier: MIT */
/* mv PATH TO, mv PATH... DIRECTORY: renames files and directories. What is on
 * another server must be copied: mv says so. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 1024 };

static int
path_move(const char *from, const char *to)
{
    if (rename(from, to) == 0)
        return 0;
    fprintf(stderr, "mv: %s to %s: %s\n", from, to,
            errno == EXDEV ? "another file system; use cp and rm"
                           : strerror(errno));
    return 1;
}

int
main(int argc, char **argv)
{
    const char *target = argv[argc - 1];
    struct stat status;
    int result = 0;

    if (argc < 3) {
        fprintf(stderr, "usage: mv PATH TO, mv PATH... DIRECTORY\n");
        return 2;
    }
    if (stat(target, &status) < 0 || !S_ISDIR(status.st_mode)) {
        if (argc == 3)
            return path_move(argv[1], target);
        fprintf(stderr, "mv: %s: %s\n", target, strerror(ENOTDIR));
        return 1;
    }
    for (int i = 1; i < argc - 1; i++) {
        const char *slash = strrchr(argv[i], '/');
        static char path[PATH_BYTES];

        snprintf(path, sizeof(path), "%s/%s", target,
                 slash ? slash + 1 : argv[i]);
        result |= path_move(argv[i], path);
    }
    return result;
}

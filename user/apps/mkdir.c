/* SPDX-License-Identifier: MIT */
/* mkdir [-p] PATH...: makes directories; -p those above them too, and says
 * nothing if they are there. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool with_parents;

/* Makes all directories above the last component of `path`. */
static void
parents_make(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777); /* if this fails, so does the last */
        *slash = '/';
    }
}

int
main(int argc, char **argv)
{
    int option, status = 0;

    while ((option = getopt(argc, argv, "p")) != -1) {
        if (option == '?')
            return 2;
        with_parents = true;
    }
    if (optind == argc) {
        fprintf(stderr, "usage: mkdir [-p] PATH...\n");
        return 2;
    }
    for (int i = optind; i < argc; i++) {
        if (with_parents && argv[i][0])
            parents_make(argv[i]);
        if (mkdir(argv[i], 0777) < 0 && !(with_parents && errno == EEXIST)) {
            fprintf(stderr, "mkdir: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        }
    }
    return status;
}

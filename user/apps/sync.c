/* SPDX-License-Identifier: MIT */
/* sync [PATH]...: comes back when all that was written is on the disk; PATH is
 * anything in the file system meant, "/" if it is not said. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
    int status = 0;

    for (int i = 1; i < argc || i == 1; i++) {
        const char *path = i < argc ? argv[i] : "/";
        int file = open(path, O_RDONLY);

        if (file < 0 || fsync(file) < 0) {
            fprintf(stderr, "sync: %s: %s\n", path, strerror(errno));
            status = 1;
        }
        if (file >= 0)
            close(file);
    }
    return status;
}

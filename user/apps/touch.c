/* SPDX-License-Identifier: MIT */
/* touch FILE...: makes files that are not there yet, empty. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
    int status = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: touch FILE...\n");
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        int file = open(argv[i], O_WRONLY | O_CREAT, 0666);

        if (file < 0) {
            fprintf(stderr, "touch: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        } else {
            close(file);
        }
    }
    return status;
}

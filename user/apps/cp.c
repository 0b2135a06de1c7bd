/* SPDX-License-Identifier: MIT */
/* cp PATH TO, cp PATH... DIRECTORY: copies files. */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As much as a server copies at a time. */
static char room[16384] __attribute__((aligned(4096)));

static int
complain(const char *name)
{
    fprintf(stderr, "cp: %s: %s\n", name, strerror(errno));
    return 1;
}

/* Copies all that comes from `from`. Returns the status. */
static int
bytes_copy(int from, const char *from_name, int to, const char *to_name)
{
    ssize_t bytes;

    while ((bytes = read(from, room, sizeof(room))) > 0)
        for (ssize_t at = 0; at < bytes;) {
            ssize_t done = write(to, room + at, (size_t)(bytes - at));

            if (done < 0)
                return complain(to_name);
            at += done;
        }
    return bytes < 0 ? complain(from_name) : 0;
}

static int
file_copy(const char *from_name, const char *to_name)
{
    struct stat from_status, to_status;
    int from, to, status;

    from = open(from_name, O_RDONLY);
    if (from < 0 || fstat(from, &from_status) < 0)
        return complain(from_name);
    if (S_ISDIR(from_status.st_mode)) {
        errno = EISDIR;
        status = complain(from_name);
        close(from);
        return status;
    }
    /* Emptying the target would empty the source. */
    if (stat(to_name, &to_status) == 0 &&
        to_status.st_ino == from_status.st_ino &&
        to_status.st_dev == from_status.st_dev && from_status.st_ino != 0) {
        fprintf(stderr, "cp: %s and %s are the same file\n", from_name,
                to_name);
        close(from);
        return 1;
    }
    to = open(to_name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (to < 0) {
        status = complain(to_name);
    } else {
        status = bytes_copy(from, from_name, to, to_name);
        if (close(to) < 0)
            status = complain(to_name);
    }
    close(from);
    return status;
}

int
main(int argc, char **argv)
{
    return target_run("cp", argc, argv, file_copy);
}

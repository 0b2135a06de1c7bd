/* SPDX-License-Identifier: MIT */
/* cat [FILE]...: writes files to stdout, one after the other; stdin if there
 * are none, and for "-". */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Room on a page of its own lends best. */
static char room[4096] __attribute__((aligned(4096)));

/* Writes all `bytes` bytes. */
static int
bytes_write(const char *from, size_t bytes)
{
    while (bytes > 0) {
        ssize_t done = write(STDOUT_FILENO, from, bytes);

        if (done < 0)
            return -1;
        from += done;
        bytes -= (size_t)done;
    }
    return 0;
}

/* Copies all of `file` to stdout. */
static int
file_show(int file)
{
    ssize_t bytes;

    while ((bytes = read(file, room, sizeof(room))) > 0)
        if (bytes_write(room, (size_t)bytes) < 0)
            return -1;
    return (int)bytes;
}

int
main(int argc, char **argv)
{
    int status = 0;

    for (int i = 1; i < argc || i == 1; i++) {
        const char *name = i < argc ? argv[i] : "-";
        int is_stdin = strcmp(name, "-") == 0;
        int file = is_stdin ? STDIN_FILENO : open(name, O_RDONLY);

        if (file < 0 || file_show(file) < 0) {
            fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
            status = 1;
        }
        if (file >= 0 && !is_stdin)
            close(file);
    }
    return status;
}

/* SPDX-License-Identifier: MIT */
/* Descriptors: the small numbers that C programs know open files by.
 *
 * A descriptor leads to an *open file*, which is a conversation with a server
 * about a file, and an offset in it. Descriptors that were made of each other
 * (dup) share one. 0 to 2 are there at the start:
 *
 *     grant fd<n>        a stream, read or written through that handle
 *     startup_file(n)    a path. If opening it changes nothing it is opened
 *                        only when it is used: most programs use one of them
 *     neither            the log: what is written goes there (output.h), and
 *                        there is nothing to read
 *
 * D6  A file is open while a descriptor leads to it; `users` counts them.
 * D7  Offsets count bytes. So that of a pipe's end is what proto/pipe.h asks
 *     for. A terminal's is always 0. */
#pragma once

#include <lib/lock.h>
#include <proto/file.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct open_file {
    struct file file;
    struct route_server *server; /* NULL: it came as a handle */
    uint64_t offset;
    uint32_t mode; /* st_mode, as it was when it was opened */
    int flags;     /* of open(2) */
    unsigned users;
    struct __lock lock; /* of the conversation and the offset */
};

enum { DESCRIPTORS_MAX = 64 };

/* What `fd` leads to; NULL and EBADF in errno if nothing, or the log. */
struct open_file *descriptor_get(int fd);

/* Whether it leads to the log. */
bool descriptor_is_log(int fd);

/* Whether a person may be at its other end. It does not open what was put
 * off: that is opened as it stands, and what a shell opens so is a terminal,
 * unless it is to be appended to. */
bool descriptor_may_be_terminal(int fd);

/* The conversation about the file that is open as `fd`, for what POSIX has no
 * word for (proto/terminal.h). NULL and errno as above. */
struct file *descriptor_file(int fd);

/* open, close, read, write and lseek of POSIX. C itself does not know these
 * names, so a program may have functions of its own called so; the C library
 * calls these. */
int descriptor_open(const char *path, int flags);
int descriptor_close(int fd);
ssize_t descriptor_read(int fd, void *to, size_t bytes);
ssize_t descriptor_write(int fd, const void *from, size_t bytes);
off_t descriptor_seek(int fd, off_t by, int whence);

/* Has `fd` go by the number `wanted`, whatever that led to. Returns which it
 * is in the end. */
int descriptor_replace(int fd, int wanted);

/* Has the name `posix` mean `function` unless the program defines it. */
#define POSIX_NAME(posix, function)                                            \
    extern __typeof__(function) posix __attribute__((weak, alias(#function)))

/* What fstat and stat tell of a file at `server`. */
void status_convert(const struct file_status *status,
                    const struct route_server *server, struct stat *to);

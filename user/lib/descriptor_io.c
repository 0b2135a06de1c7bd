/* SPDX-License-Identifier: MIT */
/* Reading, writing and the like, through descriptors. */
#include <lib/descriptor.h>

#include <lib/output.h>
#include <lib/route.h>
#include <lib/signal.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* What a call of POSIX returns: `value`, or -1 and the error in errno. */
static int
result(int error, int value)
{
    if (error == 0)
        return value;
    errno = error;
    return -1;
}

/* Whether what is there comes as it comes: less than was asked for means
 * nothing. */
static bool
is_stream(const struct open_file *f)
{
    return S_ISCHR(f->mode) || S_ISFIFO(f->mode);
}

/* Reads from where the offset is until the room is full or the file at its
 * end; from a stream only once. An error counts if nothing was read. */
static int
open_file_read(struct open_file *f, char *to, size_t bytes, size_t *all)
{
    uint64_t done = 1;
    int error = 0;

    *all = 0;
    while (*all < bytes && done > 0 && error == 0) {
        error = file_read(&f->file, S_ISCHR(f->mode) ? 0 : f->offset, to + *all,
                          bytes - *all, &done);
        if (error != 0)
            break;
        *all += done;
        f->offset += done;
        if (is_stream(f))
            break;
    }
    return *all ? 0 : error;
}

/* Writes everything. An error counts if nothing was written. */
static int
open_file_write(struct open_file *f, const char *from, size_t bytes,
                size_t *all)
{
    int error = 0;

    *all = 0;
    while (*all < bytes) {
        uint64_t offset = f->flags & O_APPEND && !is_stream(f) ? FILE_END
                          : S_ISCHR(f->mode)                   ? 0
                                                               : f->offset;
        uint64_t done, behind;

        error = file_write(&f->file, offset, from + *all, bytes - *all, &done,
                           &behind);
        if (error != 0)
            break;
        *all += done;
        f->offset = is_stream(f) ? f->offset + done : behind;
    }
    return *all ? 0 : error;
}

ssize_t
descriptor_read(int fd, void *to, size_t bytes)
{
    struct open_file *f = descriptor_get(fd);
    size_t done;
    int error;

    if (!f)
        return fd == STDIN_FILENO && descriptor_is_log(fd) ? 0 : -1;
    if ((f->flags & O_ACCMODE) == O_WRONLY)
        return result(EBADF, 0);
    lock_acquire(&f->lock);
    error = open_file_read(f, to, bytes, &done);
    lock_release(&f->lock);
    return result(error, 0) < 0 ? -1 : (ssize_t)done;
}

POSIX_NAME(read, descriptor_read);

ssize_t
descriptor_write(int fd, const void *from, size_t bytes)
{
    struct open_file *f = descriptor_get(fd);
    size_t done;
    int error;

    if (!f)
        return fd != STDIN_FILENO && descriptor_is_log(fd)
                   ? output_write(from, bytes)
                   : -1;
    if ((f->flags & O_ACCMODE) == O_RDONLY)
        return result(EBADF, 0);
    lock_acquire(&f->lock);
    error = open_file_write(f, from, bytes, &done);
    lock_release(&f->lock);
    /* Most programs do not look whether output arrives, and would write for
     * ever to a pipe that nobody reads. */
    if (error == EPIPE)
        signal_deliver(SIGPIPE);
    return result(error, 0) < 0 ? -1 : (ssize_t)done;
}

POSIX_NAME(write, descriptor_write);

/* Gives where the offset shall be. */
static int
offset_compute(struct open_file *f, off_t by, int whence, uint64_t *offset)
{
    struct file_status status = {0};
    int error = 0;
    uint64_t base;

    if (is_stream(f))
        return ESPIPE;
    if (whence == SEEK_END)
        error = file_stat(&f->file, &status);
    if (error != 0)
        return error;
    switch (whence) {
    case SEEK_SET:
        base = 0;
        break;
    case SEEK_CUR:
        base = f->offset;
        break;
    case SEEK_END:
        base = status.size;
        break;
    default:
        return EINVAL;
    }
    *offset = base + (uint64_t)by;
    return *offset > INT64_MAX ? EINVAL : 0;
}

off_t
descriptor_seek(int fd, off_t by, int whence)
{
    struct open_file *f = descriptor_get(fd);
    uint64_t offset = 0;
    int error;

    if (!f)
        return descriptor_is_log(fd) ? result(ESPIPE, 0) : -1;
    lock_acquire(&f->lock);
    error = offset_compute(f, by, whence, &offset);
    if (error == 0)
        f->offset = offset;
    lock_release(&f->lock);
    return result(error, 0) < 0 ? -1 : (off_t)offset;
}

POSIX_NAME(lseek, descriptor_seek);

int
fstat(int fd, struct stat *to)
{
    struct open_file *f = descriptor_get(fd);
    struct file_status status;
    int error;

    *to = (struct stat){.st_mode = S_IFCHR, .st_nlink = 1};
    if (!f)
        return descriptor_is_log(fd) ? 0 : -1;
    to->st_mode = f->mode;
    if (!f->server)
        return 0; /* a pipe's end has no more to tell */
    lock_acquire(&f->lock);
    error = file_stat(&f->file, &status);
    lock_release(&f->lock);
    if (error != 0)
        return result(error, 0);
    status_convert(&status, f->server, to);
    return 0;
}

int
isatty(int fd)
{
    struct open_file *f = descriptor_get(fd);

    if (f && S_ISCHR(f->mode))
        return 1;
    if (f || descriptor_is_log(fd))
        errno = ENOTTY;
    return 0;
}

int
ftruncate(int fd, off_t bytes)
{
    struct open_file *f = descriptor_get(fd);
    int error = EINVAL;

    if (!f)
        return -1;
    lock_acquire(&f->lock);
    if (bytes >= 0)
        error = file_truncate(&f->file, (uint64_t)bytes);
    lock_release(&f->lock);
    return result(error, 0);
}

int
fsync(int fd)
{
    struct open_file *f = descriptor_get(fd);
    int error;

    if (!f)
        return -1;
    lock_acquire(&f->lock);
    error = file_sync(&f->file);
    lock_release(&f->lock);
    return result(error, 0);
}

/* SPDX-License-Identifier: MIT */
/* How files are opened as streams: see stream.h. */
#include <lib/stream.h>

#include <lib/descriptor.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* What the first letter of a mode means, and the plus behind it. Returns the
 * flags of open, and in `*refused` what the stream refuses (stream.h); -1 if it
 * is no mode. */
static int
mode_parse(const char *mode, uint8_t *refused)
{
    static const int letters[] = {
        ['r'] = O_RDONLY,
        ['w'] = O_WRONLY | O_CREAT | O_TRUNC,
        ['a'] = O_WRONLY | O_CREAT | O_APPEND,
    };
    int opened;

    if (!strchr("rwa", mode[0]) || !mode[0])
        return -1;
    opened = letters[(unsigned char)mode[0]];
    *refused = mode[0] == 'r' ? STREAM_UNWRITABLE : STREAM_UNREADABLE;
    if (strchr(mode, '+')) {
        *refused = 0;
        opened = (opened & ~O_ACCMODE) | O_RDWR;
    }
    return opened | (strchr(mode, 'x') ? O_EXCL : 0);
}

FILE *
fdopen(int fd, const char *mode)
{
    uint8_t refused;
    int opened = mode_parse(mode, &refused);
    FILE *file;

    if (opened < 0) {
        errno = EINVAL;
        return NULL;
    }
    file = stream_make(fd, refused);
    if (file && refused == STREAM_UNREADABLE && (opened & O_APPEND))
        (void)descriptor_seek(fd, 0, SEEK_END);
    return file;
}

/* Opens the file for a stream of that mode. */
static int
mode_open(const char *path, const char *mode, uint8_t *refused)
{
    int opened = mode_parse(mode, refused);

    if (opened < 0) {
        errno = EINVAL;
        return -1;
    }
    return descriptor_open(path, opened);
}

FILE *
fopen(const char *path, const char *mode)
{
    uint8_t refused;
    int fd = mode_open(path, mode, &refused);
    FILE *file = fd < 0 ? NULL : fdopen(fd, mode);

    if (fd >= 0 && !file)
        (void)descriptor_close(fd);
    return file;
}

/* The file that is open as `fd` in another mode, as if its name had been opened
 * anew. The mode may not ask for more than the descriptor can do: nobody here
 * knows the name. Returns `fd` or -1. */
static int
mode_change(int fd, const char *mode, uint8_t *refused)
{
    int opened = mode_parse(mode, refused), access, error = 0;
    struct open_file *f = opened < 0 ? NULL : descriptor_get(fd);

    if (!f) {
        errno = opened < 0 ? EINVAL : EBADF;
        return -1;
    }
    access = f->flags & O_ACCMODE;
    if (access != O_RDWR && access != (opened & O_ACCMODE)) {
        errno = EBADF;
        return -1;
    }
    lock_acquire(&f->lock);
    if ((opened & O_TRUNC) && S_ISREG(f->mode))
        error = file_truncate(&f->file, 0);
    if (error == 0)
        f->flags = (f->flags & ~O_APPEND) | (opened & O_APPEND);
    lock_release(&f->lock);
    if (error != 0) {
        errno = error;
        return -1;
    }
    (void)descriptor_seek(fd, 0, (opened & O_APPEND) ? SEEK_END : SEEK_SET);
    return fd;
}

/* The stream stays what it is if the file cannot be opened. Without a path its
 * mode changes. */
FILE *
freopen(const char *path, const char *mode, FILE *file)
{
    struct __file_bufio *b = bufio_of(file);
    uint8_t refused;
    int fd;

    if (!is_ours(file)) {
        errno = EBADF;
        return NULL;
    }
    (void)__bufio_flush(file);
    fd = path ? mode_open(path, mode, &refused)
              : mode_change(b->fd, mode, &refused);
    if (fd < 0)
        return NULL;
    fd = descriptor_replace(fd, b->fd);
    file->unget = 0;
    file->flags &= (uint8_t) ~(__SERR | __SEOF);
    b->bflags = (uint8_t)((b->bflags & (__BALL | __BLBF)) | refused);
    b->dir = 0;
    b->len = b->off = 0;
    b->fd = fd;
    return file;
}

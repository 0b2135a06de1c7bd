/* SPDX-License-Identifier: MIT */
/* How files are opened as streams: see stream.h. */
#include <lib/stream.h>

#include <lib/descriptor.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* What the first letter of a mode means, and the plus behind it. Returns the
 * flags of open, and in `*flags` those of the stream; -1 if it is no mode. */
static int
mode_parse(const char *mode, uint8_t *flags)
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
    *flags = mode[0] == 'r' ? __SRD : __SWR;
    if (strchr(mode, '+')) {
        *flags = __SRD | __SWR;
        opened = (opened & ~O_ACCMODE) | O_RDWR;
    }
    return opened | (strchr(mode, 'x') ? O_EXCL : 0);
}

FILE *
fdopen(int fd, const char *mode)
{
    uint8_t flags;
    int opened = mode_parse(mode, &flags);
    FILE *file;

    if (opened < 0) {
        errno = EINVAL;
        return NULL;
    }
    file = stream_make(fd, flags);
    if (file && flags == __SWR && (opened & O_APPEND))
        (void)descriptor_seek(fd, 0, SEEK_END);
    return file;
}

/* Opens the file for a stream of that mode. */
static int
mode_open(const char *path, const char *mode, uint8_t *flags)
{
    int opened = mode_parse(mode, flags);

    if (opened < 0) {
        errno = EINVAL;
        return -1;
    }
    return descriptor_open(path, opened);
}

FILE *
fopen(const char *path, const char *mode)
{
    uint8_t flags;
    int fd = mode_open(path, mode, &flags);
    FILE *file = fd < 0 ? NULL : fdopen(fd, mode);

    if (fd >= 0 && !file)
        (void)descriptor_close(fd);
    return file;
}

/* The stream stays what it is if the file cannot be opened. */
FILE *
freopen(const char *path, const char *mode, FILE *file)
{
    struct __file_bufio *b = bufio_of(file);
    uint8_t flags;
    int fd;

    if (!is_ours(file)) {
        errno = EBADF;
        return NULL;
    }
    (void)__bufio_flush(file);
    fd = mode_open(path, mode, &flags);
    if (fd < 0)
        return NULL;
    fd = descriptor_replace(fd, b->fd);
    file->unget = 0;
    file->flags =
        (uint8_t)((file->flags & (__SCLOSE | __SEXT | __SBUF)) | flags);
    b->dir = 0;
    b->len = b->off = 0;
    b->fd = fd;
    return file;
}

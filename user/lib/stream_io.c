/* SPDX-License-Identifier: MIT */
/* How bytes go through a stream: see stream.h. */
#include <lib/stream.h>

#include <lib/descriptor.h>
#include <lib/lock.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Set when a read fails, for picolibc takes any failure for the end. */
static _Thread_local bool read_failed;

/* What a person typed last may answer what was written before. */
ssize_t
stream_read(int fd, void *to, size_t bytes)
{
    ssize_t done;

    if (fd == STDIN_FILENO) {
        (void)fflush(stdout);
        (void)fflush(stderr);
    }
    done = descriptor_read(fd, to, bytes);
    read_failed = done < 0;
    return done;
}

/* Has the stream keep the error. Returns what its functions say then. */
static int
stream_fail(FILE *file, int error)
{
    errno = error;
    file->flags |= __SERR;
    return _FDEV_ERR;
}

/* Whether the stream is for that: `refused` says so of ours, `allowed` of
 * others. If not, it keeps the error. */
static bool
stream_may(FILE *file, uint8_t refused, uint8_t allowed)
{
    if (is_ours(file) ? !(bufio_of(file)->bflags & refused)
                      : file->flags & allowed)
        return true;
    (void)stream_fail(file, EBADF);
    return false;
}

int
stream_get(FILE *file)
{
    struct __file_bufio *b = bufio_of(file);
    int c = _FDEV_EOF;

    if (lock_try(b->lock)) {
        if (b->dir == __SRD && b->off < b->len)
            c = (unsigned char)b->buf[b->off++];
        lock_release(b->lock);
    }
    if (c != _FDEV_EOF)
        return c;
    if (b->bflags & STREAM_UNREADABLE)
        return stream_fail(file, EBADF);
    read_failed = false;
    c = __bufio_get(file);
    return c == _FDEV_EOF && read_failed ? _FDEV_ERR : c;
}

int
stream_put(char c, FILE *file)
{
    struct __file_bufio *b = bufio_of(file);
    bool is_put = false;

    if (c != '\n' && lock_try(b->lock)) {
        is_put = b->dir == __SWR && b->len + 1 < b->size;
        if (is_put)
            b->buf[b->len++] = c;
        lock_release(b->lock);
    }
    if (is_put)
        return (unsigned char)c;
    if (b->bflags & STREAM_UNWRITABLE)
        return stream_fail(file, EBADF);
    return __bufio_put(c, file) < 0 ? stream_fail(file, errno)
                                    : (unsigned char)c;
}

/* ------------------------------------------------------------ many at once */

/* Reads up to `bytes` bytes: what is in the room, or else past it. Returns 0
 * at the end and on an error, which the stream then has. */
static size_t
stream_read_some(FILE *file, char *to, size_t bytes)
{
    struct __file_bufio *b = bufio_of(file);
    size_t there = b->dir == __SRD ? (size_t)(b->len - b->off) : 0;
    ssize_t done;
    int c;

    if (there == 0 && bytes >= (size_t)b->size && b->dir == __SRD) {
        done = stream_read(b->fd, to, bytes);
        if (done <= 0)
            file->flags |= done < 0 ? __SERR : __SEOF;
        else
            b->pos += done;
        return done > 0 ? (size_t)done : 0;
    }
    if (there == 0 || file->unget) {
        c = fgetc(file);
        if (c != EOF)
            *to = (char)c;
        return c != EOF;
    }
    if (there > bytes)
        there = bytes;
    memcpy(to, b->buf + b->off, there);
    b->off += (int)there;
    return there;
}

/* The bytes of `count` blocks. False, an error, if there are no so many. */
static bool
blocks_count(FILE *file, size_t size, size_t count, size_t *bytes)
{
    if (!__builtin_mul_overflow(size, count, bytes))
        return true;
    (void)stream_fail(file, EOVERFLOW);
    return false;
}

size_t
fread(void *to, size_t size, size_t count, FILE *file)
{
    size_t wanted, done = 0, some = 1;

    if (!blocks_count(file, size, count, &wanted) ||
        !stream_may(file, STREAM_UNREADABLE, __SRD) || wanted == 0)
        return 0;
    while (done < wanted && some > 0) {
        if (is_ours(file) && !file->unget) {
            some = stream_read_some(file, (char *)to + done, wanted - done);
        } else {
            int c = fgetc(file);

            some = c != EOF;
            if (some)
                ((char *)to)[done] = (char)c;
        }
        done += some;
    }
    return done / size;
}

/* Writes up to `bytes` bytes: into the room, or past it. Returns 0 on an
 * error. */
static size_t
stream_write_some(FILE *file, const char *from, size_t bytes)
{
    struct __file_bufio *b = bufio_of(file);
    size_t space;

    if (b->dir != __SWR) {
        (void)__bufio_flush(file); /* back to where reading has come to */
        b->dir = __SWR;
    }
    space = (size_t)(b->size - b->len);
    /* Before the next: a stream without a room always has a full one. */
    if (b->len == 0 && bytes >= (size_t)b->size) {
        ssize_t done = descriptor_write(b->fd, from, bytes);

        if (done > 0)
            b->pos += done;
        return done > 0 ? (size_t)done : 0;
    }
    if (space <= 1)
        return stream_put(*from, file) >= 0; /* empties the room */
    if (space > bytes + 1)
        space = bytes + 1;
    memcpy(b->buf + b->len, from, space - 1);
    b->len += (int)space - 1;
    return space - 1;
}

size_t
fwrite(const void *from, size_t size, size_t count, FILE *file)
{
    size_t wanted, done = 0, some = 1;

    if (!blocks_count(file, size, count, &wanted) ||
        !stream_may(file, STREAM_UNWRITABLE, __SWR) || wanted == 0)
        return 0;
    while (done < wanted && some > 0) {
        const char *rest = (const char *)from + done;

        some = is_ours(file) ? stream_write_some(file, rest, wanted - done)
                             : file->put(*rest, file) >= 0;
        done += some;
    }
    if (is_ours(file) && (bufio_of(file)->bflags & __BLBF) &&
        memchr(from, '\n', done) && fflush(file) != 0)
        some = 0;
    if (some == 0)
        file->flags |= __SERR;
    return done / size;
}

/* picolibc's gives nothing back of a last line without a newline. */
char *
fgets(char *to, int size, FILE *file)
{
    int length = 0, c = 0;

    while (length < size - 1 && c != '\n' && (c = fgetc(file)) != EOF)
        to[length++] = (char)c;
    if (size < 1 || (length == 0 && c == EOF))
        return NULL;
    to[length] = '\0';
    return to;
}

/* SPDX-License-Identifier: MIT */
/* Buffered files: what picolibc's streams leave open.
 *
 * picolibc buffers (stdio-bufio.h): a stream has a room, of which `len` bytes
 * are in use and, when reading, `off` were read; `dir` says which of both it
 * does. Around this, here:
 *
 *   - all streams are known, so that exit and fflush(NULL) find them;
 *   - a character goes in or out without a detour while there is room;
 *   - fread and fwrite copy at once, past the room what does not fit there;
 *   - ftell asks without throwing the room's content away, and minds ungetc;
 *   - an error in reading is no end of file.
 *
 * S1  streams leads to all streams but the three of output.h.
 * S2  A stream that reads has off <= len; the descriptor stands at the byte
 *     behind the room's last one. */
#include <lib/descriptor.h>
#include <lib/libc.h>
#include <lib/lock.h>
#include <lib/output.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM_BYTES = 4096, ERROR_ROOM_BYTES = 256, STANDARD = 3 };

struct stream {
    struct __file_bufio bufio; /* first: a FILE * leads to all of it */
    struct __lock lock;
    struct stream *next;
    char room[ROOM_BYTES];
};

static struct stream *streams;
static struct __lock streams_lock;

static struct __file_bufio *
bufio_of(FILE *file)
{
    return (struct __file_bufio *)file;
}

static FILE *
file_of(struct __file_bufio *b)
{
    return &b->xfile.cfile.file;
}

/* Whether a stream is one of ours: others have functions of their own. */
static bool
is_ours(const FILE *file)
{
    return file->flags & __SBUF;
}

/* --------------------------------------------------------- one at a time */

/* Set when a read fails, for picolibc takes any failure for the end. */
static _Thread_local bool read_failed;

/* What a person typed last may answer what was written before. */
static ssize_t
stream_read(int fd, void *to, size_t bytes)
{
    ssize_t done;

    if (fd == STDIN_FILENO) {
        (void)fflush(stdout);
        (void)fflush(stderr);
    }
    done = read(fd, to, bytes);
    read_failed = done < 0;
    return done;
}

static int
stream_get(FILE *file)
{
    struct __file_bufio *b = bufio_of(file);
    int c = _FDEV_EOF;

    lock_acquire(b->lock);
    if (b->dir == __SRD && b->off < b->len)
        c = (unsigned char)b->buf[b->off++];
    lock_release(b->lock);
    if (c != _FDEV_EOF)
        return c;
    read_failed = false;
    c = __bufio_get(file);
    return c == _FDEV_EOF && read_failed ? _FDEV_ERR : c;
}

static int
stream_put(char c, FILE *file)
{
    struct __file_bufio *b = bufio_of(file);
    bool is_put = false;

    lock_acquire(b->lock);
    if (b->dir == __SWR && b->len + 1 < b->size && c != '\n') {
        b->buf[b->len++] = c;
        is_put = true;
    }
    lock_release(b->lock);
    return is_put ? (unsigned char)c : __bufio_put(c, file);
}

/* -------------------------------------------------------------- many at once
 */

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

size_t
fread(void *to, size_t size, size_t count, FILE *file)
{
    size_t wanted = size * count, done = 0, some = 1;

    if (!(file->flags & __SRD) || wanted == 0)
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
    size_t space = (size_t)(b->size - b->len);

    if (b->dir != __SWR || space <= 1) {
        /* This turns the stream round, and empties a full room. */
        return stream_put(*from, file) >= 0;
    }
    if (b->len == 0 && bytes >= (size_t)b->size) {
        ssize_t done = write(b->fd, from, bytes);

        if (done > 0)
            b->pos += done;
        return done > 0 ? (size_t)done : 0;
    }
    if (space > bytes + 1)
        space = bytes + 1;
    memcpy(b->buf + b->len, from, space - 1);
    b->len += (int)space - 1;
    return space - 1;
}

size_t
fwrite(const void *from, size_t size, size_t count, FILE *file)
{
    size_t wanted = size * count, done = 0, some = 1;

    if (!(file->flags & __SWR) || wanted == 0)
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

/* ------------------------------------------------------- places, rooms, ends
 */

/* Where the next byte will be read or written. */
static off_t
stream_tell(FILE *file)
{
    struct __file_bufio *b = bufio_of(file);
    off_t at;

    if (b->dir == __SWR && __bufio_flush(file) < 0)
        return -1;
    at = lseek(b->fd, 0, SEEK_CUR);
    if (at >= 0 && b->dir == __SRD)
        at -= b->len - b->off + (file->unget != 0);
    return at;
}

static off_t
stream_seek(FILE *file, off_t by, int whence)
{
    off_t from = 0;

    if (whence == SEEK_CUR) {
        from = stream_tell(file);
        if (from < 0 || by == 0)
            return from;
        whence = SEEK_SET;
    }
    return __bufio_seek(file, from + by, whence);
}

/* A wish for a mode alone leaves the room as it is. */
static int
stream_setvbuf(FILE *file, char *room, int mode, size_t bytes)
{
    struct __file_bufio *b = bufio_of(file);

    (void)__bufio_flush(file);
    if (room || mode == _IONBF || (size_t)b->size < bytes || b->size == 1)
        return __bufio_setvbuf(file, room, mode,
                               mode != _IONBF && bytes <= 1 ? ROOM_BYTES
                                                            : bytes);
    b->bflags &= (uint8_t)~__BLBF;
    if (mode == _IOLBF)
        b->bflags |= __BLBF;
    return 0;
}

/* Takes the stream out of the list. False if it is none of it. */
static bool
stream_forget(const FILE *file)
{
    struct stream **link = &streams;

    lock_acquire(&streams_lock);
    while (*link && file_of(&(*link)->bufio) != file)
        link = &(*link)->next;

    bool is_found = *link;

    if (is_found)
        *link = (*link)->next;
    lock_release(&streams_lock);
    return is_found;
}

static int
stream_close(FILE *file)
{
    struct __file_bufio *b = bufio_of(file);
    int flushed = __bufio_flush(file);
    int closed = close(b->fd);

    if (b->bflags & __BALL)
        free(b->buf);
    b->bflags = 0;
    file->flags = 0;
    if (stream_forget(file))
        free(file);
    return flushed < 0 || closed < 0 ? EOF : 0;
}

/* -------------------------------------------------------------- new streams */

static void
stream_init(struct __file_bufio *b, int fd, char *room, int bytes,
            struct __lock *lock, uint8_t flags)
{
    *b = (struct __file_bufio)FDEV_SETUP_BUFIO(fd, room, bytes, stream_read,
                                               write, lseek, close, flags, 0);
    b->xfile.cfile.file.put = stream_put;
    b->xfile.cfile.file.get = stream_get;
    b->xfile.cfile.close = stream_close;
    b->xfile.seek = stream_seek;
    b->xfile.setvbuf = stream_setvbuf;
    b->lock = lock;
}

/* Closes the descriptor if it fails: so fopen, which is picolibc's, wants it.
 */
FILE *
fdopen(int fd, const char *mode)
{
    bool is_both = strchr(mode, '+');
    struct stream *s = calloc(1, sizeof(*s));

    if (!s) {
        (void)close(fd);
        errno = ENOMEM;
        return NULL;
    }
    stream_init(&s->bufio, fd, s->room, ROOM_BYTES, &s->lock,
                is_both        ? __SRD | __SWR
                : *mode == 'r' ? __SRD
                               : __SWR);
    if (*mode == 'a')
        (void)lseek(fd, 0, SEEK_END);
    lock_acquire(&streams_lock);
    s->next = streams;
    streams = s;
    lock_release(&streams_lock);
    return file_of(&s->bufio);
}

int
fflush(FILE *file)
{
    int result = 0;

    if (file)
        return file->flush ? file->flush(file) : 0;
    for (int i = 0; i < STANDARD; i++)
        if (fflush(file_of(&output_streams[i])) != 0)
            result = EOF;
    for (struct stream *s = streams; s; s = s->next)
        if (fflush(file_of(&s->bufio)) != 0)
            result = EOF;
    return result;
}

int
fgetpos(FILE *file, fpos_t *to)
{
    off_t at = ftello(file);

    *to = at;
    return at < 0 ? -1 : 0;
}

int
fsetpos(FILE *file, fpos_t *from)
{
    return fseeko(file, *from, SEEK_SET);
}

/* ------------------------------------------------------- the beginning, the
 * end */

/* Makes stdin, stdout and stderr of the files that the program was given. It
 * runs before main, behind descriptor.c's; its name is what the linker is told
 * to look for (Makefile). */
__attribute__((constructor(102))) void
files_start(void)
{
    static char rooms[2][ROOM_BYTES], error_room[ERROR_ROOM_BYTES];
    static struct __lock locks[STANDARD];

    for (int fd = 0; fd < STANDARD; fd++) {
        struct __file_bufio *b = &output_streams[fd];

        if (descriptor_is_log(fd))
            continue;
        stream_init(b, fd, fd == STDERR_FILENO ? error_room : rooms[fd],
                    fd == STDERR_FILENO ? ERROR_ROOM_BYTES : ROOM_BYTES,
                    &locks[fd], fd == STDIN_FILENO ? __SRD : __SWR);
        if (fd == STDERR_FILENO || descriptor_may_be_terminal(fd))
            b->bflags |= __BLBF;
    }
}

/* Runs at exit, after the program's own atexit functions. */
__attribute__((destructor)) static void
streams_end(void)
{
    (void)fflush(NULL);
}

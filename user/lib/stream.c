/* SPDX-License-Identifier: MIT */
/* How streams are made, end, and are walked through: see stream.h. */
#include <lib/stream.h>

#include <lib/descriptor.h>
#include <lib/libc.h>
#include <lib/lock.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROOM_BYTES = 4096, ERROR_ROOM_BYTES = 256, STANDARD = 3 };

_Static_assert(FOPEN_MAX == DESCRIPTORS_MAX && FILENAME_MAX == FILE_PATH_MAX,
               "<stdio.h> tells the limits");

struct stream {
    struct __file_bufio bufio; /* first: a FILE * leads to all of it */
    struct __lock lock;
    struct stream *next;
    char room[ROOM_BYTES];
};

static struct stream *streams;
static struct __lock streams_lock;

/* --------------------------------------------------- places, rooms, ends */

/* Where the next byte will be read or written. */
off_t
ftello(FILE *file)
{
    struct __file_bufio *b = bufio_of(file);
    off_t at;

    if (!is_ours(file)) {
        errno = ESPIPE;
        return -1;
    }
    if (b->dir == __SWR && __bufio_flush(file) < 0)
        return -1;
    at = descriptor_seek(b->fd, 0, SEEK_CUR);
    if (at >= 0 && b->dir == __SRD)
        at -= b->len - b->off + (file->unget != 0);
    return at;
}

long
ftell(FILE *file)
{
    return ftello(file);
}

/* For fseek, which then forgets what ungetc brought back. */
static off_t
stream_seek(FILE *file, off_t by, int whence)
{
    off_t from = whence == SEEK_CUR ? ftello(file) : 0;

    if (from < 0)
        return -1;
    return __bufio_seek(file, from + by,
                        whence == SEEK_CUR ? SEEK_SET : whence);
}

/* Gives the stream another room: `room`, or memory of its own if that is NULL.
 * picolibc's does not note where realloc has moved it. */
static int
stream_set_room(struct __file_bufio *b, char *room, size_t bytes)
{
    char *own = room ? NULL : malloc(bytes);

    if (!room && !own)
        return -1;
    if (b->bflags & __BALL)
        free(b->buf);
    b->bflags &= (uint8_t)~__BALL;
    if (own)
        b->bflags |= __BALL;
    b->buf = room ? room : own;
    b->size = (int)bytes;
    return 0;
}

/* A wish for a mode alone leaves the room as it is. Without a room one byte of
 * it is used. */
static int
stream_setvbuf(FILE *file, char *room, int mode, size_t bytes)
{
    struct __file_bufio *b = bufio_of(file);
    int changed = 0;

    if ((mode != _IOFBF && mode != _IOLBF && mode != _IONBF) ||
        bytes > INT_MAX) {
        errno = EINVAL;
        return -1;
    }
    (void)__bufio_flush(file);
    if (mode == _IONBF)
        b->size = 1;
    else if (bytes > 1 && (room || (size_t)b->size < bytes))
        changed = stream_set_room(b, room, bytes);
    else if (b->size == 1)
        changed = stream_set_room(b, NULL, ROOM_BYTES);
    if (changed < 0)
        return -1;
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
    int closed = descriptor_close(b->fd);

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
            struct __lock *lock, uint8_t refused)
{
    *b = (struct __file_bufio)FDEV_SETUP_BUFIO(
        fd, NULL, bytes, stream_read, descriptor_write, descriptor_seek,
        descriptor_close, __SRD | __SWR, refused);
    b->buf = room;
    b->xfile.cfile.file.put = stream_put;
    b->xfile.cfile.file.get = stream_get;
    b->xfile.cfile.close = stream_close;
    b->xfile.seek = stream_seek;
    b->xfile.setvbuf = stream_setvbuf;
    b->lock = lock;
}

FILE *
stream_make(int fd, uint8_t refused)
{
    struct stream *s = calloc(1, sizeof(*s));

    if (!s) {
        errno = ENOMEM;
        return NULL;
    }
    stream_init(&s->bufio, fd, s->room, ROOM_BYTES, &s->lock, refused);
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

    if (file) {
        if (file->flush && file->flush(file) != 0) {
            file->flags |= __SERR;
            result = EOF;
        }
        return result;
    }
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
fsetpos(FILE *file, fpos_t *at) /* NOLINT(readability-non-const-parameter): C */
{
    return fseeko(file, *at, SEEK_SET);
}

/* ------------------------------------------------- the beginning, the end */

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
                    &locks[fd],
                    fd == STDIN_FILENO ? STREAM_UNWRITABLE : STREAM_UNREADABLE);
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

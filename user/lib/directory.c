/* SPDX-License-Identifier: MIT */
/* Directories. The server gives as many entries at a time as fit into the
 * room here (proto/file.h). */
#include <lib/descriptor.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_BYTES = 2048, TYPE_SHIFT = 12 };

struct directory {
    int fd;
    uint64_t next;  /* the position that the server gave */
    uint64_t bytes; /* in the room, and how many of them were read */
    uint64_t done;
    struct dirent entry;
    _Alignas(8) char room[ROOM_BYTES];
};

DIR *
fdopendir(int fd)
{
    struct open_file *f = descriptor_get(fd);
    DIR *directory;

    if (!f)
        return NULL;
    if (!S_ISDIR(f->mode)) {
        errno = ENOTDIR;
        return NULL;
    }
    directory = calloc(1, sizeof(*directory));
    if (directory)
        directory->fd = fd;
    else
        errno = ENOMEM;
    return directory;
}

DIR *
opendir(const char *path)
{
    int fd = descriptor_open(path, O_RDONLY | O_DIRECTORY);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);

    if (fd >= 0 && !directory) {
        int error = errno;

        (void)descriptor_close(fd);
        errno = error;
    }
    return directory;
}

/* Gets more entries. Returns an error of <errno.h>. */
static int
directory_fill(DIR *d)
{
    struct open_file *f = descriptor_get(d->fd);
    int error;

    if (!f)
        return EBADF;
    lock_acquire(&f->lock);
    error = file_list(&f->file, &d->next, d->room, ROOM_BYTES, &d->bytes);
    lock_release(&f->lock);
    d->done = 0;
    if (error != 0 || d->bytes > ROOM_BYTES)
        d->bytes = 0;
    return error;
}

/* The entry that is next in the room, NULL if what lies there is none. */
static const struct file_entry *
entry_next(DIR *d)
{
    const struct file_entry *e = (const void *)(d->room + d->done);
    uint64_t left = d->bytes - d->done;

    if (left <= sizeof(*e) || e->bytes <= sizeof(*e) || e->bytes > left ||
        e->bytes % 8 != 0)
        return NULL;
    d->done += e->bytes;
    return memchr(e->name, '\0', e->bytes - sizeof(*e)) ? e : NULL;
}

struct dirent *
readdir(DIR *d)
{
    const struct file_entry *e;
    size_t length;
    int error = 0;

    if (d->done == d->bytes)
        error = directory_fill(d);
    if (error != 0) {
        errno = error;
        return NULL;
    }
    if (d->bytes == 0)
        return NULL;
    e = entry_next(d);
    length = e ? strlen(e->name) : 0;
    if (!e || length >= sizeof(d->entry.d_name)) {
        errno = EIO;
        return NULL;
    }
    d->entry.d_ino = (ino_t)e->serial;
    d->entry.d_type = (unsigned char)((e->mode & S_IFMT) >> TYPE_SHIFT);
    memcpy(d->entry.d_name, e->name, length + 1);
    return &d->entry;
}

void
rewinddir(DIR *d)
{
    d->next = d->bytes = d->done = 0;
}

int
dirfd(DIR *d)
{
    return d->fd;
}

int
closedir(DIR *d)
{
    int fd = d->fd;

    free(d);
    return descriptor_close(fd);
}

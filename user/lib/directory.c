/* SPDX-License-Identifier: MIT */
/* Directories. The server gives as many entries at a time as fit into the
 * room here (proto/file.h).
 *
 * Names of other servers may lie in the same directory, which its own does not
 * know (proto/names.h). They come last; an entry that is called as one of them
 * cannot be reached, and is left out. */
#include <lib/descriptor.h>

#include <lib/pathname.h>
#include <lib/startup.h>
#include <proto/names.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM_BYTES = 2 * FILE_PATH_MAX, TYPE_SHIFT = 12, NAMES_MAX = 32 };

struct directory {
    int fd;
    uint64_t next;  /* the position that the server gave */
    uint64_t bytes; /* in the room, and how many of them were read */
    uint64_t done;
    unsigned name_count; /* names of servers in it, the first of */
    unsigned names_done; /* which were read */
    char names[NAMES_MAX][NAMES_NAME_BYTES + 1];
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

/* Whether it is one of the names noted. */
static bool
names_have(const DIR *d, const char *name)
{
    for (unsigned i = 0; i < d->name_count; i++)
        if (strcmp(d->names[i], name) == 0)
            return true;
    return false;
}

/* Notes the names of servers that lie in the directory `path`. */
static void
names_note(DIR *d, const char *path)
{
    char *directory = d->room, *here = d->room + FILE_PATH_MAX;
    char name[NAMES_NAME_BYTES + 1];
    uint64_t position = 0, owner;
    size_t length = 0;

    if (getcwd(here, FILE_PATH_MAX))
        length = pathname_join(here, path, directory, FILE_PATH_MAX);
    if (length == 1)
        length = 0; /* the root ends with its slash */
    while (directory[0] && d->name_count < NAMES_MAX &&
           name_list(startup_handle("names"), &position, name, &owner) == OK) {
        char *own = name + length + 1;

        if (strlen(name) < length + 2 || name[length] != '/' ||
            strncmp(name, directory, length) != 0)
            continue;
        own[strcspn(own, "/")] = '\0';
        if (!names_have(d, own))
            memcpy(d->names[d->name_count++], own, strlen(own) + 1);
    }
}

DIR *
opendir(const char *path)
{
    int fd = descriptor_open(path, O_RDONLY | O_DIRECTORY);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);

    if (directory)
        names_note(directory, path);
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

/* The next name of a server, of which no more is known. */
static struct dirent *
name_next(DIR *d)
{
    if (d->names_done == d->name_count)
        return NULL;
    d->entry.d_ino = 0;
    d->entry.d_type = DT_UNKNOWN;
    memcpy(d->entry.d_name, d->names[d->names_done++], NAMES_NAME_BYTES + 1);
    return &d->entry;
}

/* The next entry; NULL at the end, or with an error. */
static struct dirent *
server_next(DIR *d, int *error)
{
    const struct file_entry *e;
    size_t length;

    if (d->done == d->bytes)
        *error = directory_fill(d);
    if (*error != 0 || d->bytes == 0)
        return NULL;
    e = entry_next(d);
    length = e ? strlen(e->name) : 0;
    if (!e || length >= sizeof(d->entry.d_name)) {
        *error = EIO;
        return NULL;
    }
    d->entry.d_ino = (ino_t)e->serial;
    d->entry.d_type = (unsigned char)((e->mode & S_IFMT) >> TYPE_SHIFT);
    memcpy(d->entry.d_name, e->name, length + 1);
    return &d->entry;
}

struct dirent *
readdir(DIR *d)
{
    struct dirent *entry;
    int error = 0;

    do {
        entry = server_next(d, &error);
    } while (entry && names_have(d, entry->d_name));
    if (error == 0)
        return entry ? entry : name_next(d);
    errno = error;
    return NULL;
}

void
rewinddir(DIR *d)
{
    d->next = d->bytes = d->done = 0;
    d->names_done = 0;
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

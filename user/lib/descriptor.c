/* SPDX-License-Identifier: MIT */
#include <lib/descriptor.h>

#include <lib/pathname.h>
#include <lib/route.h>
#include <lib/startup.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum descriptor_state {
    DESCRIPTOR_FREE = 0,
    DESCRIPTOR_LOG,
    DESCRIPTOR_LATER, /* startup_file says what to open */
    DESCRIPTOR_OPEN,
};

static struct descriptor {
    enum descriptor_state state;
    struct open_file *file; /* while it is open */
} descriptors[DESCRIPTORS_MAX];

static struct open_file open_files[DESCRIPTORS_MAX];

/* Of the two tables. */
static struct __lock table_lock;

/* ------------------------------------------------------------------- tables */

/* The lowest free descriptor from `first` on, -1 if there is none. */
static int
descriptor_find_free(int first)
{
    for (int fd = first; fd < DESCRIPTORS_MAX; fd++)
        if (descriptors[fd].state == DESCRIPTOR_FREE)
            return fd;
    errno = EMFILE;
    return -1;
}

/* A record that nobody uses. There are as many as descriptors. */
static struct open_file *
open_file_find_free(void)
{
    struct open_file *f = open_files;

    while (f->users)
        f++;
    return f;
}

/* Has the free descriptor `fd` lead to a new open file like `*from`. */
static struct open_file *
descriptor_set(int fd, const struct open_file *from)
{
    struct open_file *f = open_file_find_free();

    *f = *from;
    f->users = 1;
    if (f->server)
        route_use(f->server);
    descriptors[fd] = (struct descriptor){DESCRIPTOR_OPEN, f};
    return f;
}

/* Opens `path` as `*opened`. Returns 0 or an error of <errno.h>. */
static int
file_open(const char *path, int flags, struct open_file *opened)
{
    static const uint64_t access[] = {
        [O_RDONLY] = FILE_TO_READ,
        [O_WRONLY] = FILE_TO_WRITE,
        [O_RDWR] = FILE_TO_READ | FILE_TO_WRITE,
        [O_ACCMODE] = 0,
    };
    uint64_t wanted =
        access[flags & O_ACCMODE] | ((flags & O_CREAT) ? FILE_CREATE : 0) |
        ((flags & O_EXCL) ? FILE_EXCLUSIVE : 0) |
        ((flags & O_TRUNC) ? FILE_EMPTY : 0) |
        ((flags & O_DIRECTORY) || pathname_is_directory(path) ? FILE_DIRECTORY
                                                              : 0);
    struct file_status status = {0};
    struct route route;
    int error = route_begin(path, &route);

    if (error != 0)
        return error;
    if ((wanted & FILE_CREATE) && pathname_is_directory(path))
        error = EISDIR; /* this makes files only */
    else
        error = path_open(route.root, route.rest, route.length, wanted,
                          &opened->file, &status);
    route_end();
    opened->server = route.server;
    opened->mode = status.mode;
    opened->flags = flags;
    return error;
}

/* --------------------------------------------------------------- at the start
 */

/* What the program was given as descriptor `fd`. */
static void
descriptor_start(int fd)
{
    static const char grants[][4] = {"fd0", "fd1", "fd2"};
    struct startup_file file = startup_file((unsigned)fd);
    struct open_file stream = {
        .file.server = startup_handle(grants[fd]),
        .mode = S_IFIFO,
        .flags = fd == STDIN_FILENO ? O_RDONLY : O_WRONLY,
    };

    descriptors[fd].state = file.path ? DESCRIPTOR_LATER : DESCRIPTOR_LOG;
    if (stream.file.server != HANDLE_NONE)
        descriptor_set(fd, &stream);
    else if (file.path && (file.flags & (O_CREAT | O_TRUNC)))
        (void)descriptor_get(fd);
}

/* Before all constructors of programs, and those of lib that need it. */
__attribute__((constructor(101))) static void
descriptors_start(void)
{
    for (int fd = 0; fd < STARTUP_FILES; fd++)
        descriptor_start(fd);
}

/* Opens what was put off. */
static struct open_file *
descriptor_open_late(int fd)
{
    struct startup_file file = startup_file((unsigned)fd);
    struct open_file opened = {0};
    int error = file_open(file.path, (int)file.flags, &opened);

    if (error != 0) {
        errno = error;
        return NULL;
    }
    return descriptor_set(fd, &opened);
}

/* -------------------------------------------------------------------- for us
 */

static enum descriptor_state
descriptor_state(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS_MAX ? descriptors[fd].state
                                           : DESCRIPTOR_FREE;
}

struct open_file *
descriptor_get(int fd)
{
    switch (descriptor_state(fd)) {
    case DESCRIPTOR_OPEN:
        return descriptors[fd].file;
    case DESCRIPTOR_LATER:
        return descriptor_open_late(fd);
    case DESCRIPTOR_FREE:
    case DESCRIPTOR_LOG:
        break;
    }
    errno = EBADF;
    return NULL;
}

bool
descriptor_is_log(int fd)
{
    return descriptor_state(fd) == DESCRIPTOR_LOG;
}

bool
descriptor_may_be_terminal(int fd)
{
    return (descriptor_state(fd) == DESCRIPTOR_LATER &&
            !(startup_file((unsigned)fd).flags & O_APPEND)) ||
           (descriptor_state(fd) == DESCRIPTOR_OPEN &&
            S_ISCHR(descriptors[fd].file->mode));
}

struct file *
descriptor_file(int fd)
{
    struct open_file *f = descriptor_get(fd);

    return f ? &f->file : NULL;
}

/* -------------------------------------------------------------- for programs
 */

int
descriptor_open(const char *path, int flags)
{
    struct open_file opened = {0};
    int error = file_open(path, flags, &opened);
    int fd;

    if (error != 0) {
        errno = error;
        return -1;
    }
    lock_acquire(&table_lock);
    fd = descriptor_find_free(0);
    if (fd >= 0)
        descriptor_set(fd, &opened);
    lock_release(&table_lock);
    if (fd < 0)
        (void)!file_close(&opened.file);
    return fd;
}

__attribute__((weak)) int
open(const char *path, int flags, ...)
{
    return descriptor_open(path, flags);
}

int
descriptor_close(int fd)
{
    struct open_file *f = NULL;
    int error = 0;

    lock_acquire(&table_lock);
    if (descriptor_state(fd) == DESCRIPTOR_FREE) {
        error = EBADF;
    } else {
        f = descriptors[fd].file;
        descriptors[fd] = (struct descriptor){DESCRIPTOR_FREE, NULL};
    }
    if (f && f->users == 1) {
        error = file_close(&f->file);
        if (f->server)
            route_unuse(f->server);
    }
    if (f)
        f->users--;
    lock_release(&table_lock);
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

POSIX_NAME(close, descriptor_close);

/* Has `to` lead where `from` does. */
static int
descriptor_copy(int from, int to)
{
    if (to < 0)
        return -1;
    descriptors[to] = descriptors[from];
    if (descriptors[to].file)
        descriptors[to].file->users++;
    return to;
}

int
dup(int fd)
{
    int copy;

    if (!descriptor_get(fd) && !descriptor_is_log(fd))
        return -1;
    lock_acquire(&table_lock);
    copy = descriptor_copy(fd, descriptor_find_free(0));
    lock_release(&table_lock);
    return copy;
}

int
dup2(int fd, int copy)
{
    if (!descriptor_get(fd) && !descriptor_is_log(fd))
        return -1;
    if (copy < 0 || copy >= DESCRIPTORS_MAX) {
        errno = EBADF;
        return -1;
    }
    if (copy == fd)
        return fd;
    (void)descriptor_close(copy);
    lock_acquire(&table_lock);
    descriptor_copy(fd, copy);
    lock_release(&table_lock);
    return copy;
}

int
descriptor_replace(int fd, int wanted)
{
    if (fd == wanted || dup2(fd, wanted) < 0)
        return fd;
    (void)descriptor_close(fd);
    return wanted;
}

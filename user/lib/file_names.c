/* SPDX-License-Identifier: MIT */
/* Files by their names: what POSIX can do without opening them. */
#include <lib/descriptor.h>
#include <lib/pathname.h>
#include <lib/route.h>

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 4096, SECTOR_BYTES = 512 };

static int
result(int error)
{
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

void
status_convert(const struct file_status *status,
               const struct route_server *server, struct stat *to)
{
    *to = (struct stat){
        .st_dev = (dev_t)route_number(server),
        .st_ino = (ino_t)status->serial,
        .st_mode = status->mode,
        .st_nlink = (nlink_t)status->links,
        .st_size = (off_t)status->size,
        .st_mtim.tv_sec = (time_t)status->time,
        .st_ctim.tv_sec = (time_t)status->time,
        .st_atim.tv_sec = (time_t)status->time,
        .st_blksize = BLOCK_BYTES,
        .st_blocks =
            (blkcnt_t)((status->size + SECTOR_BYTES - 1) / SECTOR_BYTES),
    };
}

int
stat(const char *path, struct stat *to)
{
    struct file_status status;
    struct route route;
    struct file file;
    int error = route_begin(path, &route);

    if (error != 0)
        return result(error);
    error = path_open(route.root, route.rest, route.length,
                      pathname_is_directory(path) ? FILE_DIRECTORY : 0, &file,
                      &status);
    if (error == 0) {
        int closed;

        error = file_stat(&file, &status);
        closed = file_close(&file);
        error = error != 0 ? error : closed;
    }
    route_end();
    if (error == 0)
        status_convert(&status, route.server, to);
    return result(error);
}

/* There is one user, who may do what the servers do. */
int
access(const char *path, int mode)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return -1;
    return result((mode & X_OK) && !(status.st_mode & 0111) ? EACCES : 0);
}

static int
name_remove(const char *path, uint64_t mode)
{
    struct route route;
    int error = route_begin(path, &route);

    if (error != 0)
        return result(error);
    error = path_remove(route.root, route.rest, route.length, mode);
    route_end();
    return result(error);
}

int
unlink(const char *path)
{
    return name_remove(path, S_IFREG);
}

int
rmdir(const char *path)
{
    return name_remove(path, S_IFDIR);
}

int
remove(const char *path)
{
    return name_remove(path, 0);
}

int
mkdir(const char *path, mode_t mode)
{
    struct route route;
    int error = route_begin(path, &route);

    if (error != 0)
        return result(error);
    error = path_make(route.root, route.rest, route.length,
                      S_IFDIR | (mode & 0777));
    route_end();
    return result(error);
}

int
rename(const char *old_path, const char *new_path)
{
    struct route route;
    size_t old_length;
    int error = route_begin_two(old_path, new_path, &route, &old_length);

    if (error != 0)
        return result(error);
    error = path_rename(route.root, route.rest, old_length, route.length);
    route_end();
    return result(error);
}

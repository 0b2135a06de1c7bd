/* SPDX-License-Identifier: MIT */
/* What POSIX adds: descriptors, directories, paths, sleeping. */
#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MANY = 40, LONG = 2000 };

static char text[200];

/* Whether a call failed, with that error. */
static int
fails(long answer, int error)
{
    int is_right = answer == -1 && errno == error;

    if (!is_right)
        printf("answer %ld, errno %d, not %d\n", answer, errno, error);
    errno = 0;
    return is_right;
}

static void
descriptors_check(void)
{
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644), copy;
    struct stat status;

    check("open", fd > 2);
    check("write", write(fd, "hello world", 11) == 11);
    check("lseek",
          lseek(fd, 0, SEEK_CUR) == 11 && lseek(fd, 6, SEEK_SET) == 6 &&
              lseek(fd, -1, SEEK_END) == 10 && lseek(fd, -4, SEEK_CUR) == 6);
    check("read", read(fd, text, 100) == 5 && memcmp(text, "world", 5) == 0 &&
                      read(fd, text, 100) == 0);
    check("lseek before the start", fails(lseek(fd, -1, SEEK_SET), EINVAL));
    copy = dup(fd);
    check("dup shares the offset",
          lseek(fd, 1, SEEK_SET) == 1 && read(copy, text, 1) == 1 &&
              text[0] == 'e' && lseek(fd, 0, SEEK_CUR) == 2);
    check("fstat", fstat(copy, &status) == 0 && status.st_size == 11 &&
                       S_ISREG(status.st_mode) && status.st_nlink == 1);
    check("close of one", close(fd) == 0 && read(copy, text, 1) == 1);
    check("close twice", fails(close(fd), EBADF));
    check("dup2", dup2(copy, 30) == 30 && lseek(30, 0, SEEK_CUR) == 3);
    check("ftruncate", ftruncate(30, 4) == 0 && lseek(30, 0, SEEK_END) == 4 &&
                           ftruncate(30, 6) == 0 && fstat(30, &status) == 0 &&
                           status.st_size == 6);
    check("fsync", fsync(30) == 0);
    check("isatty", !isatty(30));
    close(30);
    close(copy);
    check("O_APPEND", (fd = open("f", O_WRONLY | O_APPEND)) > 2 &&
                          write(fd, "x", 1) == 1 &&
                          lseek(fd, 0, SEEK_CUR) == 7);
    check("reading what is for writing", fails(read(fd, text, 1), EBADF));
    close(fd);
    check("O_EXCL",
          fails(open("f", O_WRONLY | O_CREAT | O_EXCL, 0644), EEXIST));
    check("no descriptor",
          fails(read(77, text, 1), EBADF) && fails(write(-1, text, 1), EBADF));
}

static void
many_check(void)
{
    int fds[MANY], i, is_right = 1;

    for (i = 0; i < MANY; i++) {
        snprintf(text, sizeof(text), "many-%d", i);
        fds[i] = open(text, O_RDWR | O_CREAT | O_TRUNC, 0644);
        is_right = is_right && fds[i] >= 0 && write(fds[i], &i, sizeof(i)) == 4;
    }
    for (i = 0; i < MANY; i++) {
        int back = -1;

        is_right = is_right && lseek(fds[i], 0, SEEK_SET) == 0 &&
                   read(fds[i], &back, sizeof(back)) == 4 && back == i &&
                   close(fds[i]) == 0;
        snprintf(text, sizeof(text), "many-%d", i);
        is_right = is_right && unlink(text) == 0;
    }
    check("many files at once", is_right);
}

static void
paths_check(void)
{
    struct stat status, other;
    int fd;
    static char path[LONG + 1];

    check("getcwd",
          getcwd(text, sizeof(text)) == text && strcmp(text, "/home") == 0);
    check("getcwd in too little", !getcwd(text, 3) && errno == ERANGE);
    check("mkdir", mkdir("d", 0755) == 0 && mkdir("d/e", 0755) == 0);
    check("mkdir again", fails(mkdir("d", 0755), EEXIST));
    check("mkdir in nothing", fails(mkdir("x/y", 0755), ENOENT));
    check("chdir", chdir("d/./e/../e") == 0 && getcwd(text, sizeof(text)) &&
                       strcmp(text, "/home/d/e") == 0);
    fd = open("here", O_WRONLY | O_CREAT, 0644);
    check("a relative path",
          fd >= 0 && close(fd) == 0 && stat("/home/d/e/here", &status) == 0 &&
              stat("../e//here", &other) == 0 && status.st_ino == other.st_ino);
    check("chdir to a file", fails(chdir("here"), ENOTDIR));
    check("chdir to nothing", fails(chdir("/nowhere"), ENOENT));
    check("above the root", chdir("/../../home") == 0 &&
                                getcwd(text, sizeof(text)) &&
                                strcmp(text, "/home") == 0);
    check("stat of a directory",
          stat("d", &status) == 0 && S_ISDIR(status.st_mode));
    check("access",
          access("d/e/here", R_OK) == 0 && fails(access("none", F_OK), ENOENT));
    check("stat of nothing", fails(stat("none", &status), ENOENT) &&
                                 fails(stat("", &status), ENOENT));
    check("a file is no directory",
          fails(stat("d/e/here/x", &status), ENOTDIR));
    check("no file is made where a directory is meant",
          fails(open("new/", O_WRONLY | O_CREAT, 0644), EISDIR) &&
              fails(open("d/./new/.", O_WRONLY | O_CREAT, 0644), EISDIR) &&
              fails(stat("new", &status), ENOENT) &&
              fails(stat("d/new", &status), ENOENT));
    check("a slash behind a file",
          fails(open("d/e/here/", O_RDONLY), ENOTDIR) &&
              fails(stat("d/e/here/", &other), ENOTDIR));
    check("a slash behind a directory",
          stat("d/e/", &other) == 0 && stat("/", &other) == 0);
    memset(path, 'x', LONG);
    check("too long a path", fails(open(path, O_RDONLY), ENAMETOOLONG));
    check("unlink of a directory", unlink("d") == -1);
    check("rmdir of a full one", fails(rmdir("d"), ENOTEMPTY));
    check("rmdir of a file", fails(rmdir("d/e/here"), ENOTDIR));
    check("rename to another directory",
          rename("d/e/here", "d/there") == 0 && stat("d/there", &status) == 0 &&
              fails(stat("d/e/here", &other), ENOENT));
    check("unlink", unlink("d/there") == 0 && rmdir("d/e") == 0 &&
                        rmdir("d") == 0 && fails(rmdir("d"), ENOENT));
}

/* Counts in *found the files "n<i>" that the directory names. */
static int
directory_count(DIR *directory, unsigned found[MANY])
{
    struct dirent *entry;
    int number, count = 0;

    while ((entry = readdir(directory)))
        if (sscanf(entry->d_name, "n%d", &number) == 1 && number < MANY) {
            found[number]++;
            count += entry->d_type == DT_REG;
        }
    return count;
}

static void
directories_check(void)
{
    unsigned found[MANY] = {0};
    int i, is_right = 1;
    DIR *directory;

    mkdir("list", 0755);
    for (i = 0; i < MANY; i++) {
        snprintf(text, sizeof(text), "list/n%d-with-a-name-of-some-length", i);
        is_right = is_right && close(open(text, O_WRONLY | O_CREAT, 0644)) == 0;
    }
    directory = opendir("list");
    check("opendir", directory && is_right);
    errno = 0;
    check("readdir", directory_count(directory, found) == MANY && errno == 0);
    rewinddir(directory);
    check("rewinddir", directory_count(directory, found) == MANY);
    for (i = 0; i < MANY; i++) {
        is_right = is_right && found[i] == 2;
        snprintf(text, sizeof(text), "list/n%d-with-a-name-of-some-length", i);
        is_right = is_right && unlink(text) == 0;
    }
    check("each name once", is_right);
    check("closedir", closedir(directory) == 0 && rmdir("list") == 0);
    check("opendir of nothing", !opendir("list") && errno == ENOENT);
    check("opendir of a file", !opendir("f") && errno == ENOTDIR);
}

static void
time_check(void)
{
    struct timespec before, after, wanted = {0, 3000000}, wrong = {0, -1};
    struct timeval now;

    check("clock_gettime", clock_gettime(CLOCK_MONOTONIC, &before) == 0);
    check("nanosleep", nanosleep(&wanted, NULL) == 0);
    clock_gettime(CLOCK_MONOTONIC, &after);
    check("it takes its time", (after.tv_sec - before.tv_sec) * 1000000000L +
                                       after.tv_nsec - before.tv_nsec >=
                                   3000000);
    check("usleep and sleep", usleep(1000) == 0 && sleep(0) == 0);
    check("a time that is none", fails(nanosleep(&wrong, NULL), EINVAL));
    check("gettimeofday",
          gettimeofday(&now, NULL) == 0 && now.tv_sec - time(NULL) <= 1);
    check("getpid", getpid() > 0 && getpid() == getpid());
}

/* What the C library has open looks the same through both. */
static void
streams_check(void)
{
    int fd = open("f", O_RDWR | O_TRUNC);
    FILE *f = fdopen(fd, "w+");

    check("fdopen", f && fputs("stream", f) >= 0 && fileno(f) == fd);
    check("unwritten", lseek(fd, 0, SEEK_END) == 0);
    fflush(f);
    check("written", lseek(fd, 0, SEEK_END) == 6);
    check("fclose closes it", fclose(f) == 0 && fails(close(fd), EBADF));
    check("stdout has its descriptor",
          fflush(stdout) == 0 && write(STDOUT_FILENO, "directly\n", 9) == 9);
}

int
main(void)
{
    descriptors_check();
    many_check();
    paths_check();
    directories_check();
    time_check();
    streams_check();
    unlink("f");
    return checks_end("unix");
}

/* SPDX-License-Identifier: MIT */
/* ls [-al] [PATH]...: lists directories, sorted by name; -a also names that
 * begin with a dot, -l with kind, permissions, links, size and time. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

static bool shows_all, is_long;

static int
names_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "drwxr-xr-x" */
static const char *
mode_text(mode_t mode)
{
    static char text[] = "----------";
    static const char letters[] = "rwxrwxrwx";

    text[0] = S_ISDIR(mode)    ? 'd'
              : S_ISCHR(mode)  ? 'c'
              : S_ISFIFO(mode) ? 'p'
                               : '-';
    for (unsigned i = 0; i < 9; i++)
        text[1 + i] = (mode & (0400U >> i)) ? letters[i] : '-';
    return text;
}

/* Shows one file as `name`. Returns the status. */
static int
entry_show(const char *path, const char *name)
{
    struct stat status;
    char when[20];

    if (!is_long) {
        printf("%s\n", name);
        return 0;
    }
    if (stat(path, &status) < 0) {
        fprintf(stderr, "ls: %s: %s\n", path, strerror(errno));
        return 1;
    }
    strftime(when, sizeof(when), "%Y-%m-%d %H:%M", gmtime(&status.st_mtime));
    printf("%s %3u %9lu %s %s\n", mode_text(status.st_mode),
           (unsigned)status.st_nlink, (unsigned long)status.st_size, when,
           name);
    return 0;
}

/* Without memory there is nothing left to list. */
_Noreturn static void
memory_missing(void)
{
    fprintf(stderr, "ls: %s\n", strerror(ENOMEM));
    exit(2);
}

static char **
names_grow(char **names, size_t room)
{
    names = realloc(names, room * sizeof(*names));
    if (!names)
        memory_missing();
    return names;
}

static char *
name_copy(const char *name)
{
    char *copy = strdup(name);

    if (!copy)
        memory_missing();
    return copy;
}

/* All names in the directory, sorted; NULL: there are none. */
static char **
names_read(DIR *directory, size_t *count)
{
    struct dirent *entry;
    char **names = NULL;
    size_t room = 0;

    *count = 0;
    while ((entry = readdir(directory))) {
        if (!shows_all && entry->d_name[0] == '.')
            continue;
        if (*count == room) {
            room = room ? 2 * room : 64;
            names = names_grow(names, room);
        }
        names[(*count)++] = name_copy(entry->d_name);
    }
    if (*count)
        qsort(names, *count, sizeof(*names), names_compare);
    return names;
}

static int
directory_show(const char *path, DIR *directory)
{
    size_t count;
    char **names = names_read(directory, &count);
    int status = 0;

    for (size_t i = 0; i < count; i++) {
        static char full[PATH_BYTES];

        snprintf(full, sizeof(full), "%s/%s", path, names[i]);
        status |= entry_show(full, names[i]);
        free(names[i]);
    }
    free(names);
    return status;
}

static int
path_show(const char *path, bool is_one_of_many)
{
    struct stat status;
    DIR *directory;
    int result;

    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode))
        return entry_show(path, path);
    directory = opendir(path);
    if (!directory) {
        fprintf(stderr, "ls: %s: %s\n", path, strerror(errno));
        return 1;
    }
    if (is_one_of_many)
        printf("%s:\n", path);
    result = directory_show(path, directory);
    closedir(directory);
    return result;
}

int
main(int argc, char **argv)
{
    int option, status = 0;

    while ((option = getopt(argc, argv, "al")) != -1) {
        shows_all |= option == 'a';
        is_long |= option == 'l';
        if (option == '?')
            return 2;
    }
    if (optind == argc)
        return path_show(".", false);
    for (int i = optind; i < argc; i++)
        status |= path_show(argv[i], argc - optind > 1);
    return status;
}

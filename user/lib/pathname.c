/* SPDX-License-Identifier: MIT */
#include <lib/pathname.h>

#include <string.h>

/* A path while it grows: "" is the root. */
struct pathname {
    char *text;
    size_t length;
    size_t room;
};

/* Takes the last name away. */
static void
name_drop(struct pathname *p)
{
    while (p->length > 0 && p->text[--p->length] != '/')
        ;
}

/* Adds a name of `length` characters. False if there is no room. */
static bool
name_add(struct pathname *p, const char *name, size_t length)
{
    if (p->room - p->length < length + 2)
        return false; /* the slash before it, the zero behind it */
    p->text[p->length++] = '/';
    memcpy(p->text + p->length, name, length);
    p->length += length;
    return true;
}

/* Follows `path` name by name. False if there is no room. */
static bool
names_follow(struct pathname *p, const char *path)
{
    while (*path) {
        size_t length = strcspn(path, "/");

        if (length == 2 && path[0] == '.' && path[1] == '.')
            name_drop(p);
        else if (length > 0 && !(length == 1 && path[0] == '.') &&
                 !name_add(p, path, length))
            return false;
        path += length;
        path += *path == '/';
    }
    return true;
}

size_t
pathname_join(const char *directory, const char *path, char *to, size_t room)
{
    struct pathname p = {to, 0, room};

    if (room < 2)
        return 0;
    if (path[0] != '/' && !names_follow(&p, directory))
        return 0;
    if (!names_follow(&p, path))
        return 0;
    if (p.length == 0)
        to[p.length++] = '/';
    to[p.length] = '\0';
    return p.length;
}

const char *
pathname_last(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool
pathname_is_directory(const char *path)
{
    const char *last = pathname_last(path);

    return !*last || strcmp(last, ".") == 0 || strcmp(last, "..") == 0;
}

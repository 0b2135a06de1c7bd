/* SPDX-License-Identifier: MIT */
#include "path.h"

#include <errno.h>

/* Takes the next component off the path. Its length is 0 at the end. */
static const char *
component_take(const char **path, const char *end, size_t *length)
{
    const char *start = *path, *stop;

    while (start < end && *start == '/')
        start++;
    stop = start;
    while (stop < end && *stop != '/')
        stop++;
    *path = stop;
    *length = (size_t)(stop - start);
    return start;
}

static bool
is_dot(const char *name, size_t length)
{
    return length == 1 && name[0] == '.';
}

static bool
is_dot_dot(const char *name, size_t length)
{
    return length == 2 && name[0] == '.' && name[1] == '.';
}

/* Goes from `directory` to what `name` names in it, which must be one too. */
static int
directory_enter(struct inode *directory, const char *name, size_t length)
{
    struct entry entry;
    int error = 0;

    if (is_dot(name, length) ||
        (is_dot_dot(name, length) && directory->number == EXT2_ROOT_INODE))
        return 0;
    error = directory_find(directory, name, length, &entry);
    if (error == 0)
        error = inode_read(entry.inode, directory);
    if (error == 0 && inode_is(directory, S_IFLNK))
        error = ELOOP;
    if (error == 0 && !inode_is(directory, S_IFDIR))
        error = ENOTDIR;
    return error;
}

int
path_walk(const char *path, size_t length, struct place *place)
{
    const char *end = path + length, *name;
    size_t bytes;
    int error = inode_read(EXT2_ROOT_INODE, &place->directory);

    if (error == 0 && !inode_is(&place->directory, S_IFDIR))
        error = EIO;
    place->length = 0;
    while (error == 0) {
        name = component_take(&path, end, &bytes);
        if (bytes == 0)
            break;
        if (bytes > EXT2_NAME_MAX)
            return ENAMETOOLONG;
        /* What came before it is not the last one. */
        if (place->length > 0)
            error =
                directory_enter(&place->directory, place->name, place->length);
        place->name = name;
        place->length = bytes;
    }
    place->entry.inode = 0;
    place->is_directory = place->length == 0 || end[-1] == '/';
    if (error != 0 || place->length == 0)
        return error;

    if (is_dot(place->name, place->length) ||
        is_dot_dot(place->name, place->length)) {
        error = directory_enter(&place->directory, place->name, place->length);
        place->length = 0;
        place->is_directory = true;
        return error;
    }
    error = directory_find(&place->directory, place->name, place->length,
                           &place->entry);
    if (error == ENOENT) {
        place->entry.inode = 0;
        return 0;
    }
    return error;
}

int
place_inode(const struct place *place, struct inode *inode)
{
    int error;

    if (place->length == 0) {
        *inode = place->directory;
        return 0;
    }
    if (place->entry.inode == 0)
        return ENOENT;
    error = inode_read(place->entry.inode, inode);
    if (error == 0 && place->is_directory && !inode_is(inode, S_IFDIR))
        error = ENOTDIR;
    return error;
}

int
directory_is_within(const struct inode *directory, uint32_t inode,
                    bool *is_within)
{
    struct inode at = *directory;
    int error = 0;

    /* A tree of directories is not deeper than there are inodes; one that is
     * goes round in a circle. */
    for (uint32_t steps = 0; error == 0; steps++) {
        *is_within = at.number == inode;
        if (*is_within || at.number == EXT2_ROOT_INODE)
            return 0;
        error = steps < volume.inodes ? directory_enter(&at, "..", 2) : EIO;
    }
    return error == ENOENT || error == ENOTDIR || error == ELOOP ? EIO : error;
}

/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include "life.h"
#include "path.h"
#include "tables.h"

#include <errno.h>

/* Counts a directory's link from a child's "..". The inode is to be written. */
static int
parent_link(struct inode *directory, int change)
{
    if (change > 0 && directory->disk.links >= EXT2_LINKS_MAX)
        return EMLINK;
    directory->disk.links = (uint16_t)(directory->disk.links + change);
    return 0;
}

/* A place where a name may come or go: not a directory by itself. */
static int
name_walk(const char *path, size_t length, struct place *place)
{
    int error = path_walk(path, length, place);

    if (error == 0 && volume.is_read_only)
        error = EROFS;
    if (error == 0 && place->length == 0)
        error = place->directory.number == EXT2_ROOT_INODE ? EBUSY : EINVAL;
    return error;
}

int
tree_make(const char *path, size_t length, uint64_t mode)
{
    bool is_directory = S_ISDIR(mode);
    struct place place;
    struct inode inode;
    int error = name_walk(path, length, &place);

    if (error == EBUSY || error == EINVAL || (error == 0 && place.entry.inode))
        return EEXIST;
    if (error == 0 && !is_directory && !S_ISREG(mode))
        error = EINVAL;
    if (error == 0 && place.is_directory && !is_directory)
        error = ENOENT;
    if (error == 0)
        error = inode_begin(&place.directory, mode & (S_IFMT | 07777), &inode);
    if (error == 0 && is_directory) {
        error = directory_begin(&inode, place.directory.number);
        if (error == 0)
            error = parent_link(&place.directory, 1);
    }
    if (error != 0)
        return error;
    inode.disk.links = is_directory ? 2 : 1;
    error = inode_write(&inode);
    if (error == 0)
        error = directory_add(&place.directory, place.name, place.length,
                              inode.number, record_type(&inode));
    return error;
}

/* Takes a link of `inode` away, whose name in `parent` is gone or another's. */
static int
child_unlink(struct inode *parent, struct inode *inode)
{
    int error = 0;

    if (inode_is(inode, S_IFDIR)) {
        error = parent_link(parent, -1);
        if (error == 0)
            error = inode_write(parent);
    }
    if (error == 0)
        error = inode_unlink(inode, inode_is_open(inode->number));
    return error;
}

/* Whether the name of `inode` may be taken away for one of the kind `mode`. */
static int
removal_check(const struct inode *inode, uint64_t mode)
{
    bool is_empty = true;
    int error = 0;

    if (inode_is(inode, S_IFDIR)) {
        if (mode != 0 && !S_ISDIR(mode))
            return EISDIR;
        if (inode->number == EXT2_ROOT_INODE)
            return EIO; /* the root has no name in a good image */
        error = directory_is_empty(inode, &is_empty);
    } else if (S_ISDIR(mode)) {
        return ENOTDIR;
    }
    return error == 0 && !is_empty ? ENOTEMPTY : error;
}

int
tree_remove(const char *path, size_t length, uint64_t mode)
{
    struct place place;
    struct inode inode;
    int error = name_walk(path, length, &place);

    if (error == 0)
        error = place_inode(&place, &inode);
    if (error == 0)
        error = removal_check(&inode, mode);
    if (error == 0)
        error = directory_remove(&place.entry);
    if (error == 0)
        error = directory_touch(&place.directory);
    if (error == 0)
        error = child_unlink(&place.directory, &inode);
    return error;
}

/* --------------------------------------------------------------- renaming */

/* Whether `inode`, at `from`, may come to `to`, in the place of `*other` if
 * there is something. */
static int
rename_check(const struct inode *inode, const struct place *to,
             struct inode *other)
{
    bool is_within = false;
    int error = place_inode(to, other);

    if (error == ENOENT)
        error = to->is_directory && !inode_is(inode, S_IFDIR) ? ENOTDIR : 0;
    else if (error == 0)
        error = removal_check(other, inode->disk.mode & S_IFMT);
    if (error == 0 && inode_is(inode, S_IFDIR))
        error = directory_is_within(&to->directory, inode->number, &is_within);
    return error == 0 && is_within ? EINVAL : error;
}

/* A directory has come from one parent to another. */
static int
parent_change(const struct inode *inode, uint32_t from, uint32_t to)
{
    struct inode parent;
    struct entry entry;
    int error = directory_find(inode, "..", 2, &entry);

    if (error == 0)
        error = directory_set(&entry, to, entry.type);
    if (error == 0)
        error = inode_read(from, &parent);
    if (error == 0)
        error = parent_link(&parent, -1);
    if (error == 0)
        error = inode_write(&parent);
    if (error == 0)
        error = inode_read(to, &parent);
    if (error == 0)
        error = parent_link(&parent, 1);
    return error == 0 ? inode_write(&parent) : error;
}

/* Removes the old name. It is looked for again: the new one may have moved
 * records. */
static int
old_name_remove(const struct place *from)
{
    struct inode directory;
    struct entry entry;
    int error = inode_read(from->directory.number, &directory);

    if (error == 0)
        error = directory_find(&directory, from->name, from->length, &entry);
    if (error == 0)
        error = directory_remove(&entry);
    return error == 0 ? directory_touch(&directory) : error;
}

/* Puts `inode` in the place of `other`, or where nothing is. What takes room
 * comes first: if there is none, nothing has been freed (alloc.h). */
static int
rename_do(const struct place *from, struct place *to, struct inode *inode,
          struct inode *other)
{
    uint8_t type = record_type(inode);
    uint32_t number = to->directory.number;
    int error;

    if (to->entry.inode != 0) {
        error = directory_set(&to->entry, inode->number, type);
        if (error == 0)
            error = directory_touch(&to->directory);
    } else {
        error = directory_add(&to->directory, to->name, to->length,
                              inode->number, type);
    }
    if (error == 0)
        error = old_name_remove(from);
    if (error == 0 && inode_is(inode, S_IFDIR) &&
        from->directory.number != number)
        error = parent_change(inode, from->directory.number, number);
    if (error == 0 && to->entry.inode != 0) {
        error = inode_read(number, &to->directory);
        if (error == 0)
            error = child_unlink(&to->directory, other);
    }
    return error;
}

int
tree_rename(const char *from, size_t from_length, const char *to,
            size_t to_length)
{
    static struct place old, new;
    struct inode inode, other;
    int error = name_walk(from, from_length, &old);

    if (error == 0)
        error = place_inode(&old, &inode);
    if (error == 0)
        error = name_walk(to, to_length, &new);
    if (error == 0 && old.entry.inode == new.entry.inode)
        return 0; /* two names of one file: both stay, says POSIX */
    if (error == 0)
        error = rename_check(&inode, &new, &other);
    if (error == 0)
        error = rename_do(&old, &new, &inode, &other);
    return error;
}

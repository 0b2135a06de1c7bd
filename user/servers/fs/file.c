/* SPDX-License-Identifier: MIT */
#include "file.h"

#include "life.h"
#include "map.h"
#include "path.h"
#include "tables.h"
#include "times.h"

#include <lib/syscall.h>
#include <proto/file.h>

#include <errno.h>
#include <string.h>

/* ------------------------------------------------------- opening, closing */

/* Makes the file at `place`, which nothing is at. */
static int
file_make(struct place *place, struct inode *inode)
{
    int error;

    if (place->is_directory)
        return EISDIR;
    error = inode_begin(&place->directory, S_IFREG | 0644, inode);
    if (error != 0)
        return error;
    inode->disk.links = 1;
    error = inode_write(inode);
    if (error == 0)
        error = directory_add(&place->directory, place->name, place->length,
                              inode->number, record_type(inode));
    return error;
}

/* Whether `inode` may be opened as `flags` say. */
static int
open_check(const struct inode *inode, uint64_t flags)
{
    uint64_t changes = FILE_TO_WRITE | FILE_EMPTY;

    if (flags & FILE_EXCLUSIVE && flags & FILE_CREATE)
        return EEXIST;
    if (inode_is(inode, S_IFLNK))
        return ELOOP;
    if (inode_is(inode, S_IFDIR))
        return (flags & changes) ? EISDIR : 0;
    if (flags & FILE_DIRECTORY)
        return ENOTDIR;
    if (!inode_is(inode, S_IFREG))
        return ENXIO; /* what devices and pipes are is not known here */
    return (flags & changes) && volume.is_read_only ? EROFS : 0;
}

int
file_open(uint64_t client, uint64_t flags, const char *path, size_t length,
          struct open **open, struct inode *inode)
{
    struct place place;
    int error = path_walk(path, length, &place);

    if (error != 0)
        return error;
    error = place_inode(&place, inode);
    if (error == ENOENT && flags & FILE_CREATE) {
        error = volume.is_read_only ? EROFS : file_make(&place, inode);
    } else if (error == 0) {
        error = open_check(inode, flags);
        if (error == 0 && flags & FILE_EMPTY)
            error = inode_cut(inode, 0);
    }
    if (error != 0)
        return error;
    return open_add(client, inode->number, flags, open);
}

int
file_end(struct open *open)
{
    struct inode inode;
    int error = inode_read(open->inode, &inode);

    if (error == 0)
        error = open_remove(open);
    if (error == 0 && inode.disk.links == 0 && !inode_is_open(inode.number))
        error = orphan_end(&inode);
    return error;
}

/* ------------------------------------------------------- reading, writing */

static const char zeros[4096]; /* what is in a hole */

/* Copies `bytes` bytes to the caller, behind the `done` it has. */
static int
lease_give(token_t token, uint64_t done, const char *from, uint64_t bytes)
{
    uint64_t copied;
    err_t error = sys_lease_write(token, done, from, bytes, &copied);

    return error == OK && copied == bytes ? 0 : EFAULT;
}

/* Copies `bytes` bytes from the caller, behind the `*done` that there are, or
 * as many of them as it has. */
static int
lease_take(token_t token, uint64_t *done, char *to, uint64_t bytes)
{
    uint64_t copied = 0;
    err_t error = sys_lease_read(token, *done, to, bytes, &copied);

    *done += copied;
    return error == OK && copied == bytes ? 0 : EFAULT;
}

static uint64_t
smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The content of block `index` of a file, of which `count` blocks are wanted
 * from there on: those that are neighbours on the disk come in one request. */
static int
content_find(const struct inode *inode, uint64_t index, uint64_t count,
             const char **content)
{
    uint32_t block, run;
    char *found;
    int error = map_find(inode, index, (uint32_t)count, &block, &run);

    *content = zeros;
    if (error != 0 || block == 0)
        return error;
    error = cache_ahead(block, run);
    if (error == 0)
        error = cache_read(block, &found);
    if (error == 0)
        *content = found;
    return error;
}

/* Where the last read of each open file ended: who goes on from there will
 * most likely go on further. Not worth keeping. */
static uint64_t read_ends[STORE_OPENS];

/* How many blocks from that of `offset` on are wanted for `count` bytes. */
static uint64_t
blocks_wanted(const struct open *open, const struct inode *inode,
              uint64_t offset, uint64_t count)
{
    uint64_t *last = &read_ends[open->number % STORE_OPENS];
    uint64_t end = offset == *last ? inode_size(inode) : offset + count;

    *last = offset + count;
    return (end - 1) / volume.block_bytes - offset / volume.block_bytes + 1;
}

int
file_read_at(const struct open *open, uint64_t offset, token_t token,
             uint64_t bytes, uint64_t *done)
{
    struct inode inode;
    uint64_t size, count, ahead;
    int error = inode_read(open->inode, &inode);

    *done = 0;
    if (error != 0)
        return error;
    if (inode_is(&inode, S_IFDIR))
        return EISDIR;
    if (!(open->flags & FILE_TO_READ))
        return EBADF;
    size = inode_size(&inode);
    if (offset >= size || bytes == 0)
        return 0;
    count = smaller(smaller(bytes, FILE_BYTES_MAX), size - offset);
    ahead = blocks_wanted(open, &inode, offset, count);

    while (*done < count) {
        uint64_t at = offset + *done, index = at / volume.block_bytes;
        uint64_t start = at % volume.block_bytes;
        uint64_t part = smaller(count - *done, volume.block_bytes - start);
        const char *content;

        error = content_find(&inode, index, ahead--, &content);
        if (error != 0 && *done > 0)
            return 0; /* what came before a bad place is good */
        if (error == 0)
            error = lease_give(token, *done, content + start, part);
        if (error != 0)
            return error;
        *done += part;
    }
    return 0;
}

/* The place for block `index` of a file, to be written: as it was if it has
 * one and all zeros if it is new, unless `is_whole` says that all of it will
 * be written. */
static int
content_make(struct inode *inode, uint64_t index, bool is_whole, char **content)
{
    uint32_t block;
    bool is_new;
    int error = map_make(inode, index, &block, &is_new);

    if (error != 0)
        return error;
    return is_new ? cache_fresh(block, CACHE_DATA, !is_whole, content)
                  : cache_over(block, content);
}

int
file_write_at(const struct open *open, uint64_t offset, token_t token,
              uint64_t bytes, uint64_t *done, uint64_t *behind)
{
    struct inode inode;
    int error = inode_read(open->inode, &inode);
    uint64_t end, size;

    *done = 0;
    if (error != 0)
        return error;
    if (!(open->flags & FILE_TO_WRITE))
        return EBADF;
    size = inode_size(&inode);
    if (offset == FILE_END)
        offset = size;
    if (offset >= volume.size_max)
        return bytes > 0 ? EFBIG : 0;
    end = offset +
          smaller(smaller(bytes, FILE_BYTES_MAX), volume.size_max - offset);
    if (offset > size && offset < end)
        error = tail_clear(&inode, size);
    if (error == 0 && end > size && offset < end)
        error = inode_size_set(&inode, end);

    while (error == 0 && offset < end) {
        uint64_t start = offset % volume.block_bytes;
        uint64_t part = smaller(end - offset, volume.block_bytes - start);
        char *content;

        error = content_make(&inode, offset / volume.block_bytes,
                             part == volume.block_bytes, &content);
        if (error == 0)
            error = lease_take(token, done, content + start, part);
        offset += part;
    }
    if (error != 0)
        return error;
    *behind = offset;
    inode.disk.content_time = inode.disk.change_time = time_now();
    error = inode_write(&inode);
    if (error != 0)
        *done = 0;
    return error;
}

/* SPDX-License-Identifier: MIT */
/* Files become shorter or longer, without being written. */
#include "file.h"
#include "map.h"
#include "times.h"

#include <proto/file.h>

#include <string.h>

int
tail_clear(const struct inode *inode, uint64_t size)
{
    size_t start = size % volume.block_bytes;
    uint32_t block, run;
    char *at;
    int error = 0;

    if (start == 0)
        return 0;
    error = map_find(inode, size / volume.block_bytes, 1, &block, &run);
    if (error != 0 || block == 0)
        return error;
    error = cache_edit(block, start, volume.block_bytes - start, &at);
    if (error == 0)
        memset(at, 0, volume.block_bytes - start);
    return error;
}

int
inode_cut(struct inode *inode, uint64_t size)
{
    uint64_t blocks = (size + volume.block_bytes - 1) / volume.block_bytes;
    uint64_t old = inode_size(inode);
    int error = 0;

    /* There may be anything behind the end when it grows, too: a write in place
     * that was killed, and whose client will not repeat it. */
    if (size < old)
        error = map_cut(inode, blocks);
    if (error == 0 && size != old)
        error = tail_clear(inode, size < old ? size : old);
    if (error == 0)
        error = inode_size_set(inode, size);
    if (error != 0)
        return error;
    inode->disk.content_time = time_now();
    inode->disk.change_time = inode->disk.content_time;
    return inode_write(inode);
}

int
file_cut(const struct open *open, uint64_t size)
{
    struct inode inode;
    int error = inode_read(open->inode, &inode);

    if (error != 0)
        return error;
    if (!(open->flags & FILE_TO_WRITE))
        return EBADF;
    return inode_cut(&inode, size);
}

/* SPDX-License-Identifier: MIT */
#include "begin.h"

#include "life.h"
#include "mark.h"
#include "tables.h"
#include "times.h"
#include "undo.h"

enum {
    PAGE = 4096,
    UNDO_PART = 8, /* of the kept memory is for the log: the 8th part */

    /* What a transaction saves at most, beside bitmaps and descriptors. */
    UNDO_REST_BYTES = 65536,
    CACHE_BYTES_MIN = 256 * 1024,
};

static size_t
pages_round(size_t bytes)
{
    return (bytes + PAGE - 1) & ~(size_t)(PAGE - 1);
}

/* How many groups a volume may have, for a transaction may change all their
 * bitmaps (it ends a file that has blocks everywhere): they must fit into the
 * log, and into half of the cache. */
static uint32_t
groups_limit(uint64_t block_bytes, size_t undo_bytes, size_t cache_bytes)
{
    uint64_t by_log =
        (undo_bytes - UNDO_REST_BYTES) / (block_bytes + block_bytes / 8);
    uint64_t by_cache = cache_bytes / block_bytes / 2;

    return (uint32_t)(by_log < by_cache ? by_log : by_cache);
}

/* The first use of the kept memory, which is all zeros: also if a server has
 * ended in here, but for what volume_probe says. */
static const char *
store_make(struct store *store, handle_t disk)
{
    const char *problem = volume_probe(disk, store);

    if (problem)
        return problem;
    store_word(&store->magic, STORE_MAGIC);
    return NULL;
}

/* Ends the files that lost their names and then the power. A volume whose list
 * of them is damaged is not written to. */
static void
orphans_end(void)
{
    struct inode inode;
    uint32_t number;
    int error = orphan_first(&number);

    while (error == 0 && number != 0) {
        error = inode_read(number, &inode);
        if (error == 0 && (inode.disk.links != 0 || inode_is_open(number)))
            break;
        if (error == 0)
            error = orphan_end(&inode);
        if (error == 0) {
            undo_commit();
            error = orphan_first(&number);
        }
    }
    undo_back();
    if (error != 0)
        volume.is_read_only = true;
}

const char *
serve_begin(void *kept, size_t bytes, handle_t disk, handle_t clock)
{
    struct store *store = kept;
    size_t tables = pages_round(sizeof(*store));
    size_t undo = pages_round(bytes / UNDO_PART);
    struct ext2_super *super;
    const char *problem;
    char *log = (char *)kept + tables;

    if (bytes < tables + undo + CACHE_BYTES_MIN ||
        undo < UNDO_REST_BYTES + PAGE)
        return "needs more memory than is kept";
    if (store->magic != STORE_MAGIC && store->magic != 0)
        return "is in another version's hands";
    if (store->magic == 0) {
        problem = store_make(store, disk);
        if (problem)
            return problem;
    }
    undo_start(store, log, undo);
    mark_start(disk, store->block_bytes);
    cache_start(store, disk, log + undo, bytes - tables - undo);
    tables_start(store);
    problem = volume_load(
        disk, store,
        groups_limit(store->block_bytes, undo, bytes - tables - undo));
    if (problem)
        return problem;
    time_start(clock, super_read(&super) == 0 ? super->write_time : 0);
    if (!volume.is_read_only)
        orphans_end();
    return NULL;
}

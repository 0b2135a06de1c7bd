/* SPDX-License-Identifier: MIT */
/* Between the cache and the disk: blocks that are neighbours on the disk
 * travel in one request.
 *
 * A *run* is such a row of blocks. It passes through a buffer, for on the
 * other side its blocks lie in slots that are no neighbours. */
#include "slots.h"

#include <proto/block.h>

#include <stdlib.h>
#include <string.h>

/* Two, for making room for what was read may mean writing. */
static char run_in[CACHE_RUN_BYTES], run_out[CACHE_RUN_BYTES];

/* What is dirty, in the order in which it is written: see dirty_list. */
static uint64_t dirty_keys[STORE_SLOTS];

_Static_assert(CACHE_RUN_BYTES <= BLOCK_SECTORS_MAX * SECTOR_BYTES,
               "a run is one request");

char *
run_content(size_t index)
{
    return run_in + index * cache.block_bytes;
}

int
run_read(uint64_t block, size_t count)
{
    size_t sectors = cache.block_bytes / SECTOR_BYTES;
    int error =
        block_read(cache.disk, block * sectors, run_in, count * sectors);

    return error == 0 ? 0 : EIO;
}

int
run_write(unsigned slot)
{
    size_t sectors = cache.block_bytes / SECTOR_BYTES, count = 0;
    uint64_t first = slot_block(cache.slots[slot]);
    uint64_t kind = cache.slots[slot] & (SLOT_DIRTY | SLOT_META);
    unsigned run[CACHE_RUN_BYTES / 1024];

    while (slot != SLOT_NONE && !slot_is_pinned(slot) &&
           (cache.slots[slot] & (SLOT_DIRTY | SLOT_META)) == kind &&
           (count + 1) * cache.block_bytes <= CACHE_RUN_BYTES) {
        memcpy(run_out + count * cache.block_bytes, slot_content(slot),
               cache.block_bytes);
        run[count++] = slot;
        slot = slot_find(first + count);
    }
    if (block_write(cache.disk, first * sectors, run_out, count * sectors) != 0)
        return EIO;
    for (size_t i = 0; i < count; i++) {
        uint64_t clean = cache.slots[run[i]] & ~(uint64_t)SLOT_DIRTY;

        store_word(&cache.slots[run[i]], clean);
        cache.dirty--;
    }
    return 0;
}

static int
key_compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

/* Lists the dirty blocks in dirty_keys, by their numbers, content first and
 * then all else. Returns how many they are. */
static size_t
dirty_list(void)
{
    size_t count = 0;

    for (size_t slot = 0; slot < cache.count; slot++) {
        uint64_t word = cache.slots[slot];
        uint64_t is_meta = word & SLOT_META ? UINT64_C(1) << 63 : 0;

        if (word & SLOT_DIRTY)
            dirty_keys[count++] = is_meta | slot_block(word);
    }
    qsort(dirty_keys, count, sizeof(dirty_keys[0]), key_compare);
    return count;
}

/* Brings all dirty blocks to the disk: what refers to others comes behind
 * them. After an error it goes on with the next: the rest is not to suffer
 * for one bad place. */
static int
dirty_write(void)
{
    size_t count = dirty_list();
    int error = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned slot = slot_find(dirty_keys[i] << 1 >> 1);

        /* Either a run before has taken it along, or it begins one. */
        if (!(cache.slots[slot] & SLOT_DIRTY))
            continue;
        if (run_write(slot) != 0)
            error = EIO;
    }
    return error;
}

void
cache_relieve(void)
{
    if (cache.dirty > cache.count / 2)
        (void)!dirty_write(); /* what is left is tried again */
}

int
cache_flush(void)
{
    int error = dirty_write();

    return error == 0 && block_flush(cache.disk) != 0 ? EIO : error;
}

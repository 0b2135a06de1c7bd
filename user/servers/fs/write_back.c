/* SPDX-License-Identifier: MIT */
/* Between the cache and the disk: blocks that are neighbours on the disk
 * travel in one request.
 *
 * A *run* is such a row of blocks. It passes through a buffer, for on the
 * other side its blocks lie in slots that are no neighbours. */
#include "slots.h"

#include "mark.h"
#include "words.h"

#include <proto/block.h>

#include <stdalign.h>
#include <stdlib.h>

/* Two, for making room for what was read may mean writing. */
static alignas(8) char run_in[CACHE_RUN_BYTES];
static alignas(8) char run_out[CACHE_RUN_BYTES];

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
    int error = mark_clear();

    if (error != 0)
        return error;
    while (slot != SLOT_NONE && !slot_is_pinned(slot) &&
           (cache.slots[slot] & (SLOT_DIRTY | SLOT_META)) == kind &&
           (count + 1) * cache.block_bytes <= CACHE_RUN_BYTES) {
        char *out = run_out + count * cache.block_bytes;

        words_copy(out, slot_content(slot), cache.block_bytes);
        mark_hide(first + count, out);
        run[count++] = slot;
        slot = slot_find(first + count);
    }
    error = block_write(cache.disk, first * sectors, run_out, count * sectors);
    if (error != 0 && count > 1) {
        count = 1; /* a bad place behind it is not to hold it back */
        error = block_write(cache.disk, first * sectors, run_out, sectors);
    }
    if (error != 0)
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

int
cache_flush(void)
{
    size_t count = dirty_list();
    int error = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned slot = slot_find(dirty_keys[i] << 1 >> 1);

        /* Either a run before has taken it along, or it begins one. After an
         * error it goes on: the rest is not to suffer for one bad place. */
        if (cache.slots[slot] & SLOT_DIRTY && run_write(slot) != 0)
            error = EIO;
    }
    if (block_flush(cache.disk) != 0)
        error = EIO;
    return error;
}

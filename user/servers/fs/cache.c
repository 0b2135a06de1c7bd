/* SPDX-License-Identifier: MIT */
/* The cache's slots: which block is in which, and what leaves.
 *
 * A slot is a place for one block in the kept memory, and a word in the
 * store's table that says what is in it:
 *
 *     | block number | ... | META | DIRTY | VALID |
 *       63        8          2      1       0
 *
 * F14  A word is VALID only while the slot's content is that block's: it is 0
 *      while the content is being brought.
 * F15  A slot is DIRTY before its content is changed, and until the disk has
 *      said that it has it.
 * F16  A block is in one slot at most.
 * F17  A slot that the transaction has edited (pinned) keeps its block, and is
 *      not written to the disk, until the transaction ends.
 *
 * How slots are found (a hash table) and in what order they were used (a
 * list) is the process's own and made again by its successor. */
#include "cache.h"

#include "slots.h"
#include "undo.h"
#include "words.h"

#include <errno.h>

enum {
    BUCKETS = 1024,
    PIECE_BYTES = 256, /* that are saved at once */
};

struct cache cache;

/* The process's own part. Lists are of slot numbers; SLOT_NONE ends them. */
static uint16_t buckets[BUCKETS], bucket_next[STORE_SLOTS];
static uint16_t newer[STORE_SLOTS + 1], older[STORE_SLOTS + 1]; /* a ring */

/* Which pieces of a slot the transaction has saved. */
static struct {
    uint64_t transaction;
    uint32_t pieces;
} saved[STORE_SLOTS];

/* -------------------------------------------------------------- the lists */

static void
ring_remove(unsigned slot)
{
    newer[older[slot]] = newer[slot];
    older[newer[slot]] = older[slot];
}

/* Makes `slot` the one that was used last. */
static void
ring_use(unsigned slot)
{
    ring_remove(slot);
    older[slot] = older[SLOT_NONE];
    newer[slot] = SLOT_NONE;
    newer[older[slot]] = (uint16_t)slot;
    older[SLOT_NONE] = (uint16_t)slot;
}

static void
bucket_add(unsigned slot, uint64_t block)
{
    bucket_next[slot] = buckets[block % BUCKETS];
    buckets[block % BUCKETS] = (uint16_t)slot;
}

static void
bucket_remove(unsigned slot, uint64_t block)
{
    uint16_t *link = &buckets[block % BUCKETS];

    while (*link != slot)
        link = &bucket_next[*link];
    *link = bucket_next[slot];
}

unsigned
slot_find(uint64_t block)
{
    unsigned slot = buckets[block % BUCKETS];

    while (slot != SLOT_NONE && slot_block(cache.slots[slot]) != block)
        slot = bucket_next[slot];
    return slot;
}

bool
slot_is_pinned(unsigned slot)
{
    return saved[slot].transaction == undo_transaction();
}

void
cache_start(struct store *store, handle_t disk, char *blocks, size_t bytes)
{
    size_t count = bytes / store->block_bytes;

    cache.slots = store->slots;
    cache.blocks = blocks;
    cache.block_bytes = store->block_bytes;
    cache.disk = disk;
    cache.count = count < STORE_SLOTS ? count : STORE_SLOTS;
    cache.dirty = 0;
    for (size_t i = 0; i < BUCKETS; i++)
        buckets[i] = SLOT_NONE;
    newer[SLOT_NONE] = older[SLOT_NONE] = SLOT_NONE;
    words_clear(saved, sizeof(saved));

    for (unsigned slot = 0; slot < cache.count; slot++) {
        uint64_t word = cache.slots[slot];

        newer[slot] = older[slot] = (uint16_t)slot;
        ring_use(slot);
        if (word & SLOT_VALID)
            bucket_add(slot, slot_block(word));
        if (word & SLOT_DIRTY)
            cache.dirty++;
    }
}

/* -------------------------------------------------- blocks come and leave */

/* Empties the slot that was used least recently, of those whose content can
 * go: which is either on the disk or can be written there. */
static int
slot_empty(unsigned *emptied)
{
    unsigned slot = newer[SLOT_NONE];

    while (slot != SLOT_NONE &&
           (slot_is_pinned(slot) ||
            (cache.slots[slot] & SLOT_DIRTY && run_write(slot) != 0)))
        slot = newer[slot];
    if (slot == SLOT_NONE)
        return EIO; /* the disk takes nothing any more */
    if (cache.slots[slot] & SLOT_VALID)
        bucket_remove(slot, slot_block(cache.slots[slot]));
    store_word(&cache.slots[slot], 0);
    *emptied = slot;
    return 0;
}

/* The slot has the content of `block` now. */
static void
slot_fill(unsigned slot, uint64_t block)
{
    store_word(&cache.slots[slot], block << SLOT_BLOCK_SHIFT | SLOT_VALID);
    bucket_add(slot, block);
    ring_use(slot);
}

static void
slot_dirty(unsigned slot, uint64_t flags)
{
    uint64_t word = cache.slots[slot];

    if (!(word & SLOT_DIRTY))
        cache.dirty++;
    if ((word & flags) != flags)
        store_word(&cache.slots[slot], word | flags);
}

int
cache_ahead(uint64_t block, size_t count)
{
    size_t limit = CACHE_RUN_BYTES / cache.block_bytes, missing = 0;
    int error;

    while (missing < count && missing < limit &&
           slot_find(block + missing) == SLOT_NONE)
        missing++;
    if (missing == 0)
        return 0;
    error = run_read(block, missing);
    if (error != 0 && missing > 1) {
        missing = 1; /* a bad place behind it is not to hide it */
        error = run_read(block, missing);
    }
    for (size_t i = 0; i < missing && error == 0; i++) {
        unsigned slot;

        error = slot_empty(&slot);
        if (error != 0)
            return i > 0 ? 0 : error;
        words_copy(slot_content(slot), run_content(i), cache.block_bytes);
        slot_fill(slot, block + i);
    }
    return error;
}

/* The slot that has `block`, which is read if it is not there. */
static int
slot_get(uint64_t block, unsigned *slot)
{
    *slot = slot_find(block);
    if (*slot == SLOT_NONE) {
        int error = cache_ahead(block, 1);

        if (error != 0)
            return error;
        *slot = slot_find(block);
    }
    ring_use(*slot);
    return 0;
}

void
cache_relieve(void)
{
    if (cache.dirty <= cache.count / 2)
        return;
    for (unsigned slot = newer[SLOT_NONE];
         slot != SLOT_NONE && cache.dirty > cache.count / 4; slot = newer[slot])
        if (cache.slots[slot] & SLOT_DIRTY)
            (void)!run_write(slot); /* what is left is tried again */
}

/* ------------------------------------------------------------ for the users */

int
cache_read(uint64_t block, char **content)
{
    unsigned slot;
    int error = slot_get(block, &slot);

    if (error == 0)
        *content = slot_content(slot);
    return error;
}

int
cache_edit(uint64_t block, size_t offset, size_t bytes, char **at)
{
    unsigned slot;
    int error = slot_get(block, &slot);

    if (error != 0)
        return error;
    if (!slot_is_pinned(slot)) {
        saved[slot].transaction = undo_transaction();
        saved[slot].pieces = 0;
    }
    for (size_t piece = offset / PIECE_BYTES;
         piece * PIECE_BYTES < offset + bytes; piece++) {
        if (saved[slot].pieces & 1U << piece)
            continue;
        error =
            undo_save(slot_content(slot) + piece * PIECE_BYTES, PIECE_BYTES);
        if (error != 0)
            return error;
        saved[slot].pieces |= 1U << piece;
    }
    slot_dirty(slot, SLOT_DIRTY | SLOT_META);
    *at = slot_content(slot) + offset;
    return 0;
}

int
cache_over(uint64_t block, char **content)
{
    unsigned slot;
    int error = slot_get(block, &slot);

    if (error == 0) {
        slot_dirty(slot, SLOT_DIRTY);
        *content = slot_content(slot);
    }
    return error;
}

int
cache_fresh(uint64_t block, enum cache_kind kind, bool is_zeroed,
            char **content)
{
    unsigned slot = slot_find(block);
    uint64_t word = block << SLOT_BLOCK_SHIFT | SLOT_VALID | SLOT_DIRTY;

    if (slot == SLOT_NONE) {
        int error = slot_empty(&slot);

        if (error != 0)
            return error;
        slot_fill(slot, block);
    }
    ring_use(slot);
    slot_dirty(slot, SLOT_DIRTY);
    store_word(&cache.slots[slot],
               kind == CACHE_META ? word | SLOT_META : word);
    if (is_zeroed)
        words_clear(slot_content(slot), cache.block_bytes);
    *content = slot_content(slot);
    return 0;
}

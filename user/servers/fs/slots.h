/* SPDX-License-Identifier: MIT */
/* The cache's slots, for its two files: cache.c, which finds them, and
 * write_back.c, which takes them to the disk. */
#pragma once

#include "cache.h"

enum {
    SLOT_VALID = 1 << 0,
    SLOT_DIRTY = 1 << 1,
    SLOT_META = 1 << 2,
    SLOT_BLOCK_SHIFT = 8,
    SLOT_NONE = STORE_SLOTS, /* no slot */
};

struct cache {
    uint64_t *slots; /* the words, in the store */
    char *blocks;    /* the content, in the order of the slots */
    size_t block_bytes;
    size_t count; /* of slots */
    size_t dirty; /* how many of them are */
    handle_t disk;
};

extern struct cache cache;

static inline uint64_t
slot_block(uint64_t word)
{
    return word >> SLOT_BLOCK_SHIFT;
}

static inline char *
slot_content(unsigned slot)
{
    return cache.blocks + slot * cache.block_bytes;
}

/* The slot that has `block`, or SLOT_NONE. */
unsigned slot_find(uint64_t block);

/* The transaction under way has edited it. */
bool slot_is_pinned(unsigned slot);

/* Reads `count` blocks from the disk; run_content is where. */
MUST_USE int run_read(uint64_t block, size_t count);
char *run_content(size_t index);

/* Writes the dirty slot's block to the disk, and with it, if that is possible,
 * those behind it that are dirty too and of its kind. */
MUST_USE int run_write(unsigned slot);

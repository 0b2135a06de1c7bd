/* SPDX-License-Identifier: MIT */
/* The block cache: the disk as memory, which is written back later.
 *
 * All of the disk is read and written through it. A block's content is at an
 * address for as long as CACHE_NEAR further calls; blocks that the transaction
 * under way has edited stay longer. Three ways to change a block:
 *
 *     cache_edit    what must come back if the transaction does not succeed
 *     cache_over    the content of a file, in place: a client whose write is
 *                   interrupted repeats it
 *     cache_fresh   a block that was free when the transaction began: what is
 *                   in it means nothing if it does not succeed
 *
 * The functions return 0 or an error of <errno.h>, EIO mostly; a block that
 * could not be written stays in the cache and will be tried again. */
#pragma once

#include "store.h"

#include <abi/rights.h>

#include <stdbool.h>

#define MUST_USE __attribute__((warn_unused_result))

enum { CACHE_NEAR = 16, CACHE_RUN_BYTES = 65536 };

enum cache_kind {
    CACHE_DATA = 0, /* content of files */
    CACHE_META = 1, /* all else: it is written after the content */
};

/* Takes over the cache in the kept memory: as many slots of
 * store->block_bytes, at `blocks`, as `bytes` bytes hold. */
void cache_start(struct store *store, handle_t disk, char *blocks,
                 size_t bytes);

/* The content of `block`, to be read only. */
MUST_USE int cache_read(uint64_t block, char **content);

/* `bytes` bytes of `block`, from `offset` on, to be changed. */
MUST_USE int cache_edit(uint64_t block, size_t offset, size_t bytes, char **at);

MUST_USE int cache_over(uint64_t block, char **content);

/* All zeros if `is_zeroed`; else whatever is there. */
MUST_USE int cache_fresh(uint64_t block, enum cache_kind kind, bool is_zeroed,
                         char **content);

/* Reads blocks that will be needed, `block` and `count` - 1 behind it, in one
 * request to the disk, up to the first that is here. An error is about `block`
 * only: without one it is here, and of the others those that could be read. */
MUST_USE int cache_ahead(uint64_t block, size_t count);

/* Between transactions: writes back if too many blocks wait for it. */
void cache_relieve(void);

/* Between transactions: comes back when all that was changed is on the disk:
 * content first, then what refers to it. */
MUST_USE int cache_flush(void);

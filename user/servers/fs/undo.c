/* SPDX-License-Identifier: MIT */
/* The undo log: a stack of records {old bytes, where, how many}.
 *
 *     log -> | bytes ... | place, count | bytes ... | place, count |
 *                                                     undo_bytes --^
 *
 * F12  A record below undo_bytes is whole: it is written first, and one store
 *      of undo_bytes makes it part of the log.
 * F13  Going back restores from the last record to the first, so that a range
 *      that was saved twice is at last what it was at first. It may be
 *      interrupted and begun again. */
#include "undo.h"

#include "words.h"

#include <errno.h>

struct trailer {
    uint64_t place; /* from the start of the kept memory */
    uint64_t bytes;
};

static struct {
    struct store *store;
    char *log;
    size_t bytes;
    uint64_t transaction;
} undo;

void
undo_start(struct store *store, char *log, size_t bytes)
{
    undo.store = store;
    undo.log = log;
    undo.bytes = bytes;
    undo.transaction = 0;
    undo_back();
}

uint64_t
undo_transaction(void)
{
    return undo.transaction;
}

/* The bytes that `bytes` bytes take in the log. */
static size_t
record_bytes(size_t bytes)
{
    return bytes + sizeof(struct trailer);
}

int
undo_save(const void *at, size_t bytes)
{
    uint64_t used = undo.store->undo_bytes;
    size_t more = record_bytes(bytes);
    struct trailer *trailer;

    if (more > undo.bytes - used)
        return EIO;
    words_copy(undo.log + used, at, bytes);
    trailer = (void *)(undo.log + used + bytes);
    trailer->place = (uint64_t)((const char *)at - (const char *)undo.store);
    trailer->bytes = bytes;
    store_word(&undo.store->undo_bytes, used + more);
    return 0;
}

void
undo_commit(void)
{
    store_word(&undo.store->undo_bytes, 0);
    undo.transaction++;
}

void
undo_back(void)
{
    uint64_t used = undo.store->undo_bytes;

    while (used > 0) {
        const struct trailer *trailer =
            (void *)(undo.log + used - sizeof(*trailer));

        used -= record_bytes(trailer->bytes);
        words_copy((char *)undo.store + trailer->place, undo.log + used,
                   trailer->bytes);
    }
    undo_commit();
}

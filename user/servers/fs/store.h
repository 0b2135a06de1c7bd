/* SPDX-License-Identifier: MIT */
/* What outlives the server: the kept memory (lib/kept.h), and how it is laid
 * out.
 *
 *     | struct store: tables | undo log | blocks of the cache ...          |
 *
 * Everything that a client was told is in here or on the disk; what is only in
 * the process can be made again from it. The server may be killed between any
 * two instructions, and its successor goes on with this memory. So it is
 * changed in two ways only, but for the content of files and of free blocks:
 *
 * F10  A range is changed by a transaction (undo.h): its old bytes are in the
 *      log before, and one store of `undo_bytes` ends the transaction.
 * F11  Or by one aligned word, which makes what was written before it valid:
 *      one of `slots`, or `magic` (store_word); or `used`, which nothing else
 *      has to agree with. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    STORE_SESSIONS = 128,               /* clients at a time */
    STORE_OPENS = 256,                  /* open files at a time */
    STORE_OPENS_EACH = STORE_OPENS / 4, /* of one client */
    STORE_SLOTS = 2560,                 /* blocks in the cache */
    STORE_ANSWER_WORDS = 4,
};

/* The last request about an open file, or about none, that changed something,
 * and its answer. Only what succeeded is here: a request that failed changed
 * nothing and may just be tried again. */
struct answer {
    uint64_t sequence; /* 0: none yet */
    uint64_t label;
    uint64_t words[STORE_ANSWER_WORDS]; /* from word 1 on */
};

struct session {
    uint64_t client; /* 0: free */
    uint64_t used;   /* when it was used last: it has the largest then */
    struct answer answer;
};

struct open {
    uint64_t number; /* by which the client knows it; 0: never used */
    uint64_t client;
    uint64_t inode; /* 0: closed */
    uint64_t flags; /* enum file_flags */
    struct answer answer;
};

struct store {
    uint64_t magic;       /* STORE_MAGIC, written last */
    uint64_t block_bytes; /* of the file system */
    uint64_t state;       /* its ext2_super.state at first */
    uint64_t undo_bytes;  /* used of the log; 0: no transaction is under way */
    uint64_t opened;      /* how many files were ever opened */
    struct session sessions[STORE_SESSIONS];
    struct open opens[STORE_OPENS];
    uint64_t slots[STORE_SLOTS]; /* cache.c */
};

/* Changes with the layout: another version starts with an empty cache. */
#define STORE_MAGIC UINT64_C(0x6368617366730002)

/* The compiler moves no store across this line. Those of a killed process are
 * all seen by its successor, which the kernel starts later. */
static inline void
store_order(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* One store, after all before it and before all behind it. */
static inline void
store_word(uint64_t *at, uint64_t value)
{
    store_order();
    *(volatile uint64_t *)at = value;
    store_order();
}

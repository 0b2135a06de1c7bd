/* SPDX-License-Identifier: MIT */
/* Transactions on the kept memory: all of a request's changes, or none.
 *
 * Whoever changes a range of it saves its old bytes first. Then either the
 * request succeeds, and undo_commit forgets the log; or it fails, and
 * undo_back puts the old bytes back; or the server is killed, and its
 * successor does that. */
#pragma once

#include "store.h"

/* Takes the log: `bytes` bytes at `log`, for ranges of the kept memory that
 * begins at `store`. An unfinished transaction is rolled back. */
void undo_start(struct store *store, char *log, size_t bytes);

/* The number of the transaction under way, never 0: for those who remember
 * that they have saved a range already. */
uint64_t undo_transaction(void);

/* Saves `bytes` bytes at `at`, both multiples of 8. EIO if the log is full:
 * then nothing there may be changed. */
__attribute__((warn_unused_result)) int undo_save(const void *at, size_t bytes);

/* What was changed stays; the next transaction begins. */
void undo_commit(void);

/* What was saved is as it was; the next transaction begins. */
void undo_back(void);

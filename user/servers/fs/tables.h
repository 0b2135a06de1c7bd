/* SPDX-License-Identifier: MIT */
/* Who talks to the server: sessions, and files that they have open.
 *
 * Both are in the kept memory, with the last answer of each conversation. A
 * client is a badge, from 1 on. */
#pragma once

#include "cache.h"

#include <lib/message.h>

/* Takes the tables over. */
void tables_start(struct store *store);

/* The client's session, a new one if it has none. ENFILE: so many clients have
 * files open; or else the one of them goes that was used longest ago. */
MUST_USE int session_get(uint64_t client, struct session **session);

/* The open file that the client knows by `number`, if it is open or was closed
 * not long ago; NULL if there is none. */
struct open *open_find(uint64_t client, uint64_t number);

/* A new open file for the client. EMFILE: it has a quarter of all that there
 * may be. ENFILE. */
MUST_USE int open_add(uint64_t client, uint32_t inode, uint64_t flags,
                      struct open **open);

/* The file is closed; its last answer stays. */
MUST_USE int open_remove(struct open *open);

/* Whether anybody has `inode` open. */
bool inode_is_open(uint32_t inode);

/* An open file of the client, or of anybody if `client` is 0; NULL if there is
 * none. */
struct open *open_of(uint64_t client);

/* Forgets the client, which has no open files. */
MUST_USE int session_remove(uint64_t client);

/* Whether the request in `m` has been answered already: then it is turned into
 * that answer. */
bool answer_repeat(const struct answer *answer, struct message *m);

/* Keeps the answer in `m`, to the request `label` with the number `sequence`.
 * EIO. */
MUST_USE int answer_keep(struct answer *answer, uint64_t label,
                         uint64_t sequence, const struct message *m);

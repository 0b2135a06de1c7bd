/* SPDX-License-Identifier: MIT */
/* What the parts of the name server share, and its requests.
 *
 * A request returns an error of abi/error.h, or PARK: it cannot be answered
 * yet and is made again when something has changed. On success it has made its
 * message the answer; `header` then is MESSAGE_HANDLE or 0. */
#pragma once

#include "table.h"

#include <abi/rights.h>
#include <lib/message.h>
#include <lib/syscall.h>

#define PARK ((err_t)-1)

/* The badge of a handle to a directory (directories.c). Clients have smaller
 * ones. */
#define DIRECTORY_BADGE (UINT64_C(1) << 63)

extern struct table *table;
extern handle_t service;                    /* the endpoint we receive from */
extern handle_t endpoints[TABLE_NAMES_MAX]; /* of the names' servers */
extern bool has_changed; /* something that a parked request may wait for */
extern bool has_ending;  /* clients, perhaps */

/* Closes the handle, if it is one. */
void handle_drop(handle_t *handle);

/* A handle to give away, to `endpoint` with the badge `client`. PARK: we are
 * being killed, so that this is not to be answered: whoever asked gets
 * ERR_DEAD and asks our successor. */
MUST_CHECK err_t handle_make(handle_t endpoint, uint64_t client,
                             handle_t *handle);

/* The client that sent a request. If there is none `*error` says why. */
struct client *client_of(const struct message *m, err_t *error);

err_t names_register(struct message *m);
err_t names_remove(struct message *m);
err_t names_lookup(struct message *m);
err_t names_wait(struct message *m);
err_t names_list(struct message *m);
err_t names_fork(struct message *m);
err_t names_end(struct message *m);

/* Takes the name at `place` away. */
void name_drop(unsigned place);

/* Tells the servers whose clients have ended. False: some of them were busy,
 * and it has to be tried again. */
bool clients_bury(void);

/* The server of the name at `place` may be another process than the one that
 * was told. */
void clients_restart(unsigned place);

/* Makes `m`, a request through the handle of a directory, the answer to it. */
void directory_answer(struct message *m);

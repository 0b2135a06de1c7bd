/* SPDX-License-Identifier: MIT */
/* Putting another program in the place of a service's (SERVICE_REPLACE).
 *
 * The new program is on trial until it says that it is ready. If it ends
 * before, or takes too long, the old one is started again. */
#pragma once

#include "service.h"

/* Carries out the order in `m`. OK: the caller is answered later. */
MUST_CHECK err_t service_replace(struct service *s, const struct message *m);

/* The service is ready, so a trial is passed. */
void replace_ready(struct service *s);

/* The service's process has ended, or could not be started. True if that ends a
 * trial: the old program is in its place again, to be started at once. */
bool replace_ended(struct service *s);

/* Ends a trial that takes too long. Returns when to look again; 0: never. */
uint64_t replace_work(struct service *s);

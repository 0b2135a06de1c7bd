/* SPDX-License-Identifier: MIT */
/* Requests to init (proto/service.h). */
#pragma once

#include <lib/message.h>

/* Carries out the request in `m` and makes it the answer; its token is 0
 * afterwards if the caller is answered later. */
void order_handle(struct message *m);

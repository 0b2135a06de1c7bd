/* SPDX-License-Identifier: MIT */
/* What the name server hears from init: which service has which path, and
 * which services have ended.
 *
 * init waits for nobody. So it sends without waiting, notes what could not be
 * sent, and tries again. The name server keeps no handles when it ends: its
 * successor is told everything anew. */
#pragma once

#include "service.h"

/* Whether the service has to do with the name server at all. */
bool tell_concerns(const struct service *s);

/* The service's process has ended. */
void tell_ended(struct service *s);

/* Tells what there is to tell. False if it should be tried again soon. */
bool tell_all(void);

/* Whether the name server knows that the service's process has ended, and what
 * there is to tell of its next one; or is not here to know it. Else it would
 * take what the old process was told for what the new one knows. */
bool tell_is_heard(const struct service *s);

/* Whether there is a name server and nothing is left to tell it; or there
 * never will be one. */
bool tell_is_done(void);

/* SPDX-License-Identifier: MIT */
/* Starting services, and what follows when one ends. */
#pragma once

#include "service.h"

/* Has every service started that can be. */
void supervisor_begin(void);

/* Does what is due: tells the name server, starts a service, and asks to be
 * woken for the rest. Comes after each message. True if it has started one:
 * then it wants to be called again when no message is there, for more may be
 * due. */
bool supervisor_work(void);

/* A process of the service has faulted: says so, and turns the message into
 * the answer that ends it. */
void supervisor_fault(struct service *s, struct message *m);

/* The service's process is no more. */
void supervisor_ended(struct service *s, const struct message *m);

/* Decides what follows the end of a service that nobody ordered: that it is
 * started again, when, or that it is given up. */
void supervisor_restart(struct service *s);

/* The service can serve. `detail` is for the boot log. */
void supervisor_ready(struct service *s, const char *detail);

/* Ends the service's process; `intent` says what follows. */
MUST_CHECK err_t supervisor_kill(struct service *s, enum service_intent intent);

/* Has a service started that is stopped or lost. */
MUST_CHECK err_t supervisor_start(struct service *s);

/* Answers whoever waits for an order about the service. */
void supervisor_answer(struct service *s, err_t error);

/* SPDX-License-Identifier: MIT */
/* Finding a service's device in the machine. */
#pragma once

#include "service.h"

/* Finds the device of the service's stanza and makes the handles to its
 * registers and its interrupt. NULL, or what is wrong. */
const char *device_find(struct service *s);

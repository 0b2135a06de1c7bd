/* SPDX-License-Identifier: MIT */
/* The end of the system. */
#pragma once

#include <proto/service.h>

#include <stdint.h>

/* Has the services that the manifest marks with `flush` bring what they have
 * to where it survives, and then ends the machine. Only the first one to ask
 * counts. */
void power_begin(enum service_power what, uint64_t status);

/* They have all done so. */
void power_flushed(void);

/* Ends the machine if it is time. Returns when to look again; 0: never. */
uint64_t power_work(void);

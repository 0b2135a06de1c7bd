/* SPDX-License-Identifier: MIT */
/* The serial port [16550]: takes what comes into the input ring, and sends
 * what is in the output ring.
 *
 * The port has room for 16 bytes in each direction. It interrupts when there
 * are bytes to take, and, if something is left to send, when it has sent all.
 * While the input ring is full bytes are left in the port, which then takes no
 * more of them from a line that can wait. */
#pragma once

#include "state.h"

#include <lib/device.h>

/* Sets the port up, whatever state it is in; what it has received stays. */
MUST_CHECK err_t uart_open(void);

/* From now on it interrupts, with the signal DEVICE_INTERRUPT to `thread`. */
MUST_CHECK err_t uart_listen(handle_t thread);

/* The port has interrupted: takes what it has received, and sends what it has
 * room for. */
void uart_interrupt(void);

/* Sends as much of the output ring as the port has room for. */
void uart_transmit(void);

/* Takes what was left in the port, if some may be and there is room again.
 * Returns whether it has taken anything. */
bool uart_resume(void);

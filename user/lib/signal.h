/* SPDX-License-Identifier: MIT */
/* Signals that the C library sends to the program it is part of. */
#pragma once

/* Does what raise(number) does: calls the handler, once, and returns; returns
 * if the signal is ignored; or ends the program. But raise calls kill, and C
 * does not know that name: a program may have its own. */
void signal_deliver(int number);

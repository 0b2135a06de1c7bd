/* SPDX-License-Identifier: MIT */
/* What the driver and its senders agree on. */
#pragma once

/* Each sender is granted so many handles to its endpoint, "to0" to "to2".
 * The first has no badge; the others have badges of their own. */
enum { SENDER_HANDLES = 3 };

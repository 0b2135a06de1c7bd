/* SPDX-License-Identifier: MIT */
/* Looking things up in the device tree: the firmware's description of the
 * machine, a tree of nodes with named properties [devicetree 5]. */
#pragma once

#include <stddef.h>

/* The property `name` of the node at `path` ("/chosen", "/soc/serial"), and
 * its length in bytes; NULL if there is none. A component of the path without
 * "@address" matches the first node of that name. The tree is never read
 * outside its `tree_bytes` bytes, whatever it says. Numbers in a property are
 * big-endian. */
const void *devicetree_property(const void *tree, size_t tree_bytes,
                                const char *path, const char *name,
                                size_t *bytes);

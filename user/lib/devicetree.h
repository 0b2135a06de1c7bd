/* SPDX-License-Identifier: MIT */
/* Looking things up in the device tree: the firmware's description of the
 * machine, a tree of nodes with named properties [devicetree 5]. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The property `name` of the node at `path` ("/chosen", "/soc/serial"), and
 * its length in bytes; NULL if there is none. A component of the path without
 * "@address" matches the first node of that name. The tree is never read
 * outside its `tree_bytes` bytes, whatever it says. Numbers in a property are
 * big-endian. */
const void *devicetree_property(const void *tree, size_t tree_bytes,
                                const char *path, const char *name,
                                size_t *bytes);

/* Where a device is. */
struct devicetree_device {
    uint64_t address; /* of its registers, physical */
    uint64_t bytes;
    uint32_t line; /* of its interrupt; 0: none */
};

/* The device whose node lists `compatible` ("ns16550a") among what it is
 * compatible with; `index` counts them from 0, in the tree's order. False if
 * there are no more. */
bool devicetree_device(const void *tree, size_t tree_bytes,
                       const char *compatible, unsigned index,
                       struct devicetree_device *device);

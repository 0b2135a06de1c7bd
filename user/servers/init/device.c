/* SPDX-License-Identifier: MIT */
/* A driver gets the pages with its device's registers and its interrupt line,
 * and nothing else. Rights go by page: a device that shares one with another
 * could not be given alone, and on this machine none does.
 *
 * All virtio devices look the same in the device tree, "virtio,mmio". Which
 * kind of device is behind, if any, is in the registers [virtio 4.2.2]; so
 * init looks at them before it gives them away. A device goes to one service:
 * the first of the manifest that fits. */
#include "device.h"

#include "init.h"

#include <lib/boot.h>
#include <lib/devicetree.h>
#include <lib/places.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdio.h>

enum {
    DEVICES_MAX = 64, /* of one kind of node */

    VIRTIO_MAGIC = 0x74726976, /* "virt" */
    VIRTIO_REGISTER_MAGIC = 0,
    VIRTIO_REGISTER_KIND = 2, /* in words */
};

/* The kind of the virtio device whose registers are `part`; 0 if there is
 * none. */
static uint64_t
virtio_kind(handle_t part)
{
    handle_t self = startup_handle("self");
    const volatile uint32_t *registers =
        (const volatile uint32_t *)PLACE_DEVICE;
    uint64_t kind = 0;

    if (sys_memory_map(self, part, PLACE_DEVICE, 0, 1,
                       MEMORY_READ | MEMORY_WRITE) != OK)
        return 0;
    if (registers[VIRTIO_REGISTER_MAGIC] == VIRTIO_MAGIC)
        kind = registers[VIRTIO_REGISTER_KIND];
    (void)!sys_memory_unmap(self, PLACE_DEVICE, 1);
    return kind;
}

/* Whether another service has the device at `address`. */
static bool
device_is_taken(uint64_t address)
{
    for (unsigned i = 0; i < service_count; i++)
        if (services[i].device != HANDLE_NONE &&
            services[i].device_address == address)
            return true;
    return false;
}

/* Makes the handles to `device`, if it is of the kind asked for. */
MUST_CHECK static err_t
device_take(struct service *s, const struct devicetree_device *device)
{
    handle_t self = startup_handle("self");
    uint64_t first = device->address / PAGE_BYTES;
    uint64_t end =
        (device->address + device->bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    err_t error = sys_memory_cut(self, startup_handle("devices"), first,
                                 end - first, &s->device);

    if (error != OK)
        return error;
    if (s->stanza->device_kind &&
        virtio_kind(s->device) != s->stanza->device_kind)
        error = ERR_ARGUMENT;
    if (error == OK && device->line != 0)
        error =
            sys_irq_create(self, startup_handle("irqs"), device->line, &s->irq);
    if (error != OK) {
        (void)!sys_handle_close(s->device);
        s->device = HANDLE_NONE;
    }
    return error;
}

const char *
device_find(struct service *s)
{
    struct devicetree_device device;

    for (unsigned i = 0; i < DEVICES_MAX; i++) {
        if (!devicetree_device(boot_information.tree,
                               boot_information.tree_bytes, s->stanza->device,
                               i, &device))
            break;
        if (device.bytes == 0 || device_is_taken(device.address) ||
            device_take(s, &device) != OK)
            continue;
        s->device_address = device.address;
        s->device_line = device.line;
        return NULL;
    }
    return "the machine has no such device, or another service has it";
}

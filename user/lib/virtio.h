/* SPDX-License-Identifier: MIT */
/* A virtio device behind memory-mapped registers [virtio 4.2]: how a driver
 * gets from whatever state it finds the device in to one that it knows.
 *
 *     virtio_start      reset, and agree on features
 *     virtio_queue      give it its queues, in memory for DMA
 *     virtio_go         it works from here on
 *     virtio_notify     there is something new in a queue
 *     virtio_interrupt  what it interrupted for
 *
 * The driver's predecessor may have been killed at any instruction, with the
 * device at work in the memory that is ours now. So nobody touches that memory
 * before virtio_start: after the reset the device does not either. */
#pragma once

#include <lib/device.h>
#include <lib/virtq.h>

enum virtio_kind { VIRTIO_BLOCK = 2 };

/* A feature that all devices of this version have: they are not legacy. */
#define VIRTIO_VERSION_1 (UINT64_C(1) << 32)

/* What a device interrupts for. */
enum virtio_reason { VIRTIO_USED = 1 << 0, VIRTIO_CONFIGURATION = 1 << 1 };

/* Where what is particular to its kind begins among its registers. */
enum { VIRTIO_PARTICULAR = 0x100 };

/* Resets the device, which must be of `kind`, and agrees with it on those
 * features of `wanted` that it offers. Returns what is wrong with it, NULL if
 * nothing is. */
const char *virtio_start(const struct device *device, enum virtio_kind kind,
                         uint64_t wanted, uint64_t *features);

/* Makes `queue` the device's queue `index`, in `memory`, which is at `address`
 * for the device. Returns what is wrong, NULL if nothing is. */
const char *virtio_queue(const struct device *device, unsigned index,
                         struct virtq *queue, struct virtq_memory *memory,
                         uint64_t address);

void virtio_go(const struct device *device);

void virtio_notify(const struct device *device, unsigned index);

/* Acknowledges what the device has to say, and returns it: virtio_reasons. */
uint32_t virtio_interrupt(const struct device *device);

/* Whether it has given up, and needs a reset. */
bool virtio_is_lost(const struct device *device);

/* SPDX-License-Identifier: MIT */
/* A virtqueue: how a driver and a virtio device hand each other pieces of
 * memory [virtio 2.7].
 *
 *          descriptors            available              used
 *       +---------------+     +--------------+     +--------------+
 *     0 | piece, next 1 |<----| head 0       |     | first, bytes |
 *     1 | piece, next 4 |     | ...          |     | ...          |
 *       | ...           |     +--------------+     +--------------+
 *
 * A request is a chain of descriptors: first the pieces that the device reads,
 * then those that it writes. The driver puts the number of the chain's first
 * descriptor into the ring of available ones, and the device, when it is
 * through with the chain, into that of used ones, in whatever order. Either
 * side counts its entries, for ever, in 16 bits.
 *
 * Q3  A descriptor is free, or belongs to one chain that is under way.
 * Q4  What the device can write is not believed: the list of free descriptors,
 *     the chains and what they are for are in memory of the driver's own, and
 *     an answer is taken only if it is to a request under way.
 *
 * This file touches no device: whoever submits tells it afterwards. */
#pragma once

#include <abi/error.h>

#include <stdbool.h>
#include <stdint.h>

enum { VIRTQ_SIZE_MAX = 128 };

/* In memory that the device sees [virtio 2.7.5, 2.7.6, 2.7.8]. */
struct virtq_descriptor {
    uint64_t address;
    uint32_t bytes;
    uint16_t flags;
    uint16_t next;
};

struct virtq_available {
    uint16_t flags;
    uint16_t count; /* entries ever made, in 16 bits */
    uint16_t ring[VIRTQ_SIZE_MAX];
};

struct virtq_used {
    uint16_t flags;
    uint16_t count; /* the same, by the device */
    struct {
        uint32_t first;
        uint32_t bytes; /* that it has written */
    } ring[VIRTQ_SIZE_MAX];
};

/* The three, as their alignments of 16, 2 and 4 allow. */
struct virtq_memory {
    struct virtq_descriptor descriptors[VIRTQ_SIZE_MAX];
    struct virtq_available available;
    struct virtq_used used __attribute__((aligned(4)));
};

_Static_assert(sizeof(struct virtq_descriptor) == 16, "as the device has it");
_Static_assert(sizeof(((struct virtq_used *)0)->ring[0]) == 8,
               "as the device has it");

struct virtq {
    struct virtq_memory *memory;
    unsigned size;   /* descriptors; a power of two */
    unsigned free;   /* how many of them are free */
    uint16_t unused; /* the first free one */
    uint16_t reaped; /* used entries taken so far */
    struct {
        uint16_t next;   /* of the list of free ones, or of the chain */
        uint16_t length; /* of the chain that begins here; 0: none does */
        uint32_t room;   /* bytes of it that the device may write */
        unsigned tag;    /* what the chain is for */
    } own[VIRTQ_SIZE_MAX];
};

/* A piece of memory, as the device sees it. */
struct virtq_piece {
    uint64_t address;
    uint32_t bytes;
    bool is_written; /* by the device; else it reads it */
};

/* Makes `queue` empty, in `memory`, of `size` descriptors: a power of two, at
 * most VIRTQ_SIZE_MAX. The device must not know of it yet. */
void virtq_init(struct virtq *queue, struct virtq_memory *memory,
                unsigned size);

/* Puts a request of `count` pieces (at least 1) into the queue, those that are
 * written last; `tag` is what virtq_reap will call it. ERR_FULL: there are not
 * as many free descriptors, and nothing was done. */
__attribute__((warn_unused_result)) err_t
virtq_submit(struct virtq *queue, const struct virtq_piece *pieces,
             unsigned count, unsigned tag);

/* Takes the next request that the device is through with: its tag, and how
 * many bytes the device says that it wrote. ERR_WOULD_BLOCK: there is none at
 * the moment. ERR_ARGUMENT: what the device says makes no sense, and the queue
 * is lost. */
__attribute__((warn_unused_result)) err_t
virtq_reap(struct virtq *queue, unsigned *tag, uint32_t *bytes);

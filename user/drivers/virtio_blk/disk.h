/* SPDX-License-Identifier: MIT */
/* The disk as the driver keeps it: the device, its queue, and the requests
 * that are under way.
 *
 * A request under way is one of REQUESTS_MAX. It has, in the memory for DMA,
 * what the device reads of it (the header), where the device puts its status,
 * and as many pages of the data area as its content takes, one behind the
 * other:
 *
 *     page 0   queue, headers, statuses        pages 1 to 63   data area
 *
 * Its client's memory is out of the device's reach: content is copied between
 * what the client lends and the data area.
 *
 * D4  A page of the data area belongs to one request under way, or is free.
 * D5  A request under way is in the queue, and its client waits. */
#pragma once

#include <lib/device.h>
#include <lib/virtio.h>
#include <proto/block.h>

/* Three descriptors each. */
enum { REQUESTS_MAX = 32, PIECES_MAX = 3 };

/* What a request begins with [virtio 5.2.6]. */
struct block_header {
    uint32_t type;
    uint32_t unused;
    uint64_t sector;
};

/* The first page of the memory for DMA. */
struct disk_memory {
    struct virtq_memory queue;
    struct block_header headers[REQUESTS_MAX];
    volatile uint8_t statuses[REQUESTS_MAX];
};

_Static_assert(sizeof(struct disk_memory) <= PAGE_BYTES, "it is one page");

struct request {
    token_t token; /* 0: not under way */
    enum block_label label;
    unsigned page;  /* of the data area, from 0 */
    unsigned pages; /* how many of them */
    uint64_t bytes; /* of its content */
};

struct disk {
    struct device device;
    struct virtq queue;
    struct disk_memory *memory;
    char *data;
    uint64_t pages_used; /* bit n: page n of the data area is taken */
    unsigned pages;      /* that the data area has */
    uint64_t sectors;
    bool is_read_only;
    bool has_flush; /* else it has no cache to flush */
    struct request requests[REQUESTS_MAX];
};

/* Sets the disk up, whatever state it is in. Returns what is wrong with it,
 * NULL if nothing is. */
const char *disk_open(struct disk *disk);

/* How large it is now. */
void disk_measure(struct disk *disk);

/* Whether there is room for one more request, of `bytes` bytes of content. */
bool disk_has_room(const struct disk *disk, uint64_t bytes);

/* A request that is not under way, with pages for `bytes` bytes of content, of
 * which disk_has_room said that they are there. */
struct request *request_take(struct disk *disk, uint64_t bytes);

/* It is not under way any more. */
void request_free(struct disk *disk, struct request *request);

/* Where its content is. */
char *request_content(const struct disk *disk, const struct request *request);

/* Puts it into the queue; `sector` is where it begins. */
void request_submit(struct disk *disk, const struct request *request,
                    uint64_t sector);

/* SPDX-License-Identifier: MIT */
#include "disk.h"

/* Feature bits [virtio 5.2.3], and where the size is among the registers. */
#define FEATURE_READ_ONLY (UINT64_C(1) << 5)
#define FEATURE_FLUSH (UINT64_C(1) << 9)
enum { SECTORS_LOW = VIRTIO_PARTICULAR, SECTORS_HIGH = VIRTIO_PARTICULAR + 4 };
enum { GENERATION = 0x0fc };

/* Types of a request [virtio 5.2.6]. */
enum { TYPE_IN = 0, TYPE_OUT = 1, TYPE_FLUSH = 4 };

enum {
    DATA_PAGES_MAX = 63,
    DATA_PAGES_MIN = BLOCK_SECTORS_MAX * SECTOR_BYTES / PAGE_BYTES,
};

const char *
disk_open(struct disk *disk)
{
    uint64_t features;
    const char *problem;

    *disk = (struct disk){0};
    if (device_open(&disk->device) != OK)
        return "its device cannot be mapped";
    if (disk->device.dma_bytes < (1 + DATA_PAGES_MIN) * (size_t)PAGE_BYTES)
        return "it was given too little memory for DMA";
    problem = virtio_start(&disk->device, VIRTIO_BLOCK,
                           FEATURE_READ_ONLY | FEATURE_FLUSH, &features);
    if (problem)
        return problem;

    /* Reset: the memory is ours now. */
    disk->memory = disk->device.dma;
    disk->data = (char *)disk->device.dma + PAGE_BYTES;
    disk->pages = (unsigned)(disk->device.dma_bytes / PAGE_BYTES - 1);
    if (disk->pages > DATA_PAGES_MAX)
        disk->pages = DATA_PAGES_MAX;
    problem = virtio_queue(&disk->device, 0, &disk->queue, &disk->memory->queue,
                           disk->device.dma_address);
    if (problem)
        return problem;
    disk->is_read_only = (features & FEATURE_READ_ONLY) != 0;
    disk->has_flush = (features & FEATURE_FLUSH) != 0;
    disk_measure(disk);
    virtio_go(&disk->device);
    return NULL;
}

/* Both halves of one moment: the device counts its changes [virtio 2.5]. */
void
disk_measure(struct disk *disk)
{
    const struct device *device = &disk->device;
    uint32_t before, after = device_read32(device, GENERATION);

    do {
        before = after;
        disk->sectors = (uint64_t)device_read32(device, SECTORS_HIGH) << 32 |
                        device_read32(device, SECTORS_LOW);
        after = device_read32(device, GENERATION);
    } while (before != after);
}

static unsigned
pages_for(uint64_t bytes)
{
    return (unsigned)((bytes + PAGE_BYTES - 1) / PAGE_BYTES);
}

static uint64_t
pages_mask(unsigned first, unsigned count)
{
    return ((UINT64_C(1) << count) - 1) << first;
}

/* The first of `count` free pages behind each other, or as many as the data
 * area has: there are none. */
static unsigned
pages_find(const struct disk *disk, unsigned count)
{
    for (unsigned i = 0; i + count <= disk->pages; i++)
        if (!(disk->pages_used & pages_mask(i, count)))
            return i;
    return disk->pages;
}

/* The number of a request that is not under way; REQUESTS_MAX: there is none.
 */
static unsigned
request_idle(const struct disk *disk)
{
    unsigned i = 0;

    while (i < REQUESTS_MAX && disk->requests[i].token != 0)
        i++;
    return i;
}

bool
disk_has_room(const struct disk *disk, uint64_t bytes)
{
    return disk->queue.free >= PIECES_MAX &&
           request_idle(disk) < REQUESTS_MAX &&
           pages_find(disk, pages_for(bytes)) < disk->pages;
}

struct request *
request_take(struct disk *disk, uint64_t bytes)
{
    struct request *request = &disk->requests[request_idle(disk)];

    request->bytes = bytes;
    request->pages = pages_for(bytes);
    request->page = pages_find(disk, request->pages);
    disk->pages_used |= pages_mask(request->page, request->pages);
    return request;
}

void
request_free(struct disk *disk, struct request *request)
{
    disk->pages_used &= ~pages_mask(request->page, request->pages);
    *request = (struct request){0};
}

char *
request_content(const struct disk *disk, const struct request *request)
{
    return disk->data + (size_t)request->page * PAGE_BYTES;
}

void
request_submit(struct disk *disk, const struct request *request,
               uint64_t sector)
{
    static const uint32_t types[] = {
        [BLOCK_READ] = TYPE_IN,
        [BLOCK_WRITE] = TYPE_OUT,
        [BLOCK_FLUSH] = TYPE_FLUSH,
    };
    unsigned index = (unsigned)(request - disk->requests), count = 0;
    uint64_t memory = disk->device.dma_address;
    struct virtq_piece pieces[PIECES_MAX];

    disk->memory->headers[index] = (struct block_header){
        .type = types[request->label],
        .sector = sector,
    };
    disk->memory->statuses[index] = UINT8_MAX; /* none that a device gives */
    pieces[count++] = (struct virtq_piece){
        .address = memory + offsetof(struct disk_memory, headers[index]),
        .bytes = sizeof(struct block_header),
    };
    if (request->bytes)
        pieces[count++] = (struct virtq_piece){
            .address = memory + (1 + (uint64_t)request->page) * PAGE_BYTES,
            .bytes = (uint32_t)request->bytes,
            .is_written = request->label == BLOCK_READ,
        };
    pieces[count++] = (struct virtq_piece){
        .address = memory + offsetof(struct disk_memory, statuses[index]),
        .bytes = 1,
        .is_written = true,
    };
    /* There is room: disk_has_room was asked. */
    (void)!virtq_submit(&disk->queue, pieces, count, index);
    virtio_notify(&disk->device, 0);
}

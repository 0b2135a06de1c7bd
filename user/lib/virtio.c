/* SPDX-License-Identifier: MIT */
#include <lib/virtio.h>

/* Registers [virtio 4.2.2]. */
enum {
    MAGIC = 0x000,
    VERSION = 0x004,
    KIND = 0x008,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_WORD = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_WORD = 0x024,
    QUEUE = 0x030, /* which one the following are about */
    QUEUE_SIZE_MAX = 0x034,
    QUEUE_SIZE = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESCRIPTORS = 0x080,
    QUEUE_AVAILABLE = 0x090,
    QUEUE_USED = 0x0a0,
};

/* Bits of STATUS [virtio 2.1]. */
enum {
    STATUS_SEEN = 1 << 0,
    STATUS_DRIVER = 1 << 1,
    STATUS_DRIVER_OK = 1 << 2,
    STATUS_FEATURES_OK = 1 << 3,
    STATUS_LOST = 1 << 6,
};

enum {
    MAGIC_VALUE = 0x74726976, /* "virt" */
    RESET_READS_MAX = 1000000,
};

/* What is there, before anything is written. */
static const char *
device_check(const struct device *device, enum virtio_kind kind)
{
    if (device_read32(device, MAGIC) != MAGIC_VALUE)
        return "there is no virtio device";
    if (device_read32(device, VERSION) == 1)
        return "the device is a legacy one: QEMU needs -global "
               "virtio-mmio.force-legacy=false";
    if (device_read32(device, VERSION) != 2)
        return "the device is of an unknown version";
    if (device_read32(device, KIND) == 0)
        return "nothing is plugged in";
    if (device_read32(device, KIND) != (uint32_t)kind)
        return "the device is of another kind";
    return NULL;
}

/* When the status reads 0, the device has let go of all memory. */
static bool
device_reset(const struct device *device)
{
    device_write32(device, STATUS, 0);
    for (unsigned i = 0; i < RESET_READS_MAX; i++)
        if (device_read32(device, STATUS) == 0)
            return true;
    return false;
}

static uint64_t
features_offered(const struct device *device)
{
    uint64_t low, high;

    device_write32(device, DEVICE_FEATURES_WORD, 0);
    low = device_read32(device, DEVICE_FEATURES);
    device_write32(device, DEVICE_FEATURES_WORD, 1);
    high = device_read32(device, DEVICE_FEATURES);
    return high << 32 | low;
}

const char *
virtio_start(const struct device *device, enum virtio_kind kind,
             uint64_t wanted, uint64_t *features)
{
    const char *problem = device_check(device, kind);
    uint32_t status = STATUS_SEEN | STATUS_DRIVER;

    if (problem)
        return problem;
    if (!device_reset(device))
        return "the device does not let itself be reset";
    device_write32(device, STATUS, STATUS_SEEN);
    device_write32(device, STATUS, status);

    *features = features_offered(device) & (wanted | VIRTIO_VERSION_1);
    device_write32(device, DRIVER_FEATURES_WORD, 0);
    device_write32(device, DRIVER_FEATURES, (uint32_t)*features);
    device_write32(device, DRIVER_FEATURES_WORD, 1);
    device_write32(device, DRIVER_FEATURES, (uint32_t)(*features >> 32));
    device_write32(device, STATUS, status | STATUS_FEATURES_OK);
    if (!(*features & VIRTIO_VERSION_1) ||
        !(device_read32(device, STATUS) & STATUS_FEATURES_OK))
        return "the device does not agree on features";
    return NULL;
}

/* Registers for 64 bits are two for 32. */
static void
address_write(const struct device *device, unsigned offset, uint64_t address)
{
    device_write32(device, offset, (uint32_t)address);
    device_write32(device, offset + 4, (uint32_t)(address >> 32));
}

const char *
virtio_queue(const struct device *device, unsigned index, struct virtq *queue,
             struct virtq_memory *memory, uint64_t address)
{
    uint32_t size;

    device_write32(device, QUEUE, index);
    size = device_read32(device, QUEUE_SIZE_MAX);
    if (size == 0 || device_read32(device, QUEUE_READY) != 0)
        return "the device has not the queue that it should have";
    if (size > VIRTQ_SIZE_MAX)
        size = VIRTQ_SIZE_MAX;
    while (size & (size - 1)) /* down to a power of two */
        size &= size - 1;

    virtq_init(queue, memory, size);
    device_write32(device, QUEUE_SIZE, size);
    address_write(device, QUEUE_DESCRIPTORS,
                  address + offsetof(struct virtq_memory, descriptors));
    address_write(device, QUEUE_AVAILABLE,
                  address + offsetof(struct virtq_memory, available));
    address_write(device, QUEUE_USED,
                  address + offsetof(struct virtq_memory, used));
    device_write32(device, QUEUE_READY, 1);
    return NULL;
}

void
virtio_go(const struct device *device)
{
    device_write32(device, STATUS,
                   device_read32(device, STATUS) | STATUS_DRIVER_OK);
}

void
virtio_notify(const struct device *device, unsigned index)
{
    device_write32(device, QUEUE_NOTIFY, index);
}

uint32_t
virtio_interrupt(const struct device *device)
{
    uint32_t reasons = device_read32(device, INTERRUPT_STATUS);

    device_write32(device, INTERRUPT_ACK, reasons);
    return reasons;
}

bool
virtio_is_lost(const struct device *device)
{
    return (device_read32(device, STATUS) & STATUS_LOST) != 0;
}

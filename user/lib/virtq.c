/* SPDX-License-Identifier: MIT */
#include <lib/virtq.h>

/* Descriptor flags [virtio 2.7.5]. */
enum { HAS_NEXT = 1, DEVICE_WRITES = 2 };

void
virtq_init(struct virtq *queue, struct virtq_memory *memory, unsigned size)
{
    *queue = (struct virtq){.memory = memory, .size = size, .free = size};
    *memory = (struct virtq_memory){0};
    for (unsigned i = 0; i < size; i++)
        queue->own[i].next = (uint16_t)(i + 1);
}

err_t
virtq_submit(struct virtq *queue, const struct virtq_piece *pieces,
             unsigned count, unsigned tag)
{
    struct virtq_available *available = &queue->memory->available;
    uint16_t first = queue->unused, at = first, entry = available->count;
    uint32_t room = 0;

    if (count == 0 || count > queue->free)
        return ERR_FULL;

    for (unsigned i = 0; i < count; i++) {
        const struct virtq_piece *piece = &pieces[i];
        bool is_last = i + 1 == count;

        queue->memory->descriptors[at] = (struct virtq_descriptor){
            .address = piece->address,
            .bytes = piece->bytes,
            .flags = (uint16_t)((is_last ? 0 : HAS_NEXT) |
                                (piece->is_written ? DEVICE_WRITES : 0)),
            .next = is_last ? 0 : queue->own[at].next,
        };
        room += piece->is_written ? piece->bytes : 0;
        at = queue->own[at].next;
    }
    queue->unused = at;
    queue->free -= count;
    queue->own[first].length = (uint16_t)count;
    queue->own[first].room = room;
    queue->own[first].tag = tag;

    /* The count last: the device may look at any time, and must find the entry
     * and the chain when it finds that there is one more. */
    available->ring[entry % queue->size] = first;
    __atomic_store_n(&available->count, (uint16_t)(entry + 1),
                     __ATOMIC_RELEASE);
    return OK;
}

err_t
virtq_reap(struct virtq *queue, unsigned *tag, uint32_t *bytes)
{
    const struct virtq_used *used = &queue->memory->used;
    uint16_t count = __atomic_load_n(&used->count, __ATOMIC_ACQUIRE);
    uint16_t waiting = (uint16_t)(count - queue->reaped);
    unsigned slot = queue->reaped % queue->size;
    uint32_t first = used->ring[slot].first, written = used->ring[slot].bytes;
    uint16_t last;

    if (waiting == 0)
        return ERR_WOULD_BLOCK;
    /* Each descriptor under way is answered once at most. */
    if (waiting > queue->size - queue->free)
        return ERR_ARGUMENT;
    if (first >= queue->size || queue->own[first].length == 0 ||
        written > queue->own[first].room)
        return ERR_ARGUMENT;

    *tag = queue->own[first].tag;
    *bytes = written;
    last = (uint16_t)first;
    for (unsigned i = 1; i < queue->own[first].length; i++)
        last = queue->own[last].next;
    queue->own[last].next = queue->unused;
    queue->unused = (uint16_t)first;
    queue->free += queue->own[first].length;
    queue->own[first].length = 0;
    queue->reaped++;
    return OK;
}

/* SPDX-License-Identifier: MIT */
/* Virtqueues (user/lib/virtq.c) against a device that follows chains as the
 * specification says and answers them in any order, and then against one that
 * answers nonsense. */
#include <lib/virtq.h>

#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 100000, PIECES = 5, HAS_NEXT = 1, DEVICE_WRITES = 2 };

/* A request under way, as the test made it. */
struct made {
    bool is_under_way;
    unsigned count;
    struct virtq_piece pieces[PIECES];
};

/* The device's side. */
struct device {
    struct virtq_memory *memory;
    unsigned size;
    uint16_t taken;
    unsigned count; /* chains that it has and has not answered */
    uint16_t chains[VIRTQ_SIZE_MAX];
};

static struct made made[VIRTQ_SIZE_MAX];

/* The chain is that of one of the requests; returns which. */
static unsigned
chain_check(const struct device *d, uint16_t at)
{
    const struct virtq_descriptor *first = &d->memory->descriptors[at];
    /* The test has the request's number in each piece's address. */
    unsigned tag = (unsigned)(first->address >> 32);
    const struct made *m = &made[tag];

    CHECK(tag < VIRTQ_SIZE_MAX && m->is_under_way);
    for (unsigned i = 0; i < m->count; i++) {
        const struct virtq_descriptor *each = &d->memory->descriptors[at];
        bool is_last = i + 1 == m->count;

        CHECK(at < d->size);
        CHECK(each->address == m->pieces[i].address);
        CHECK(each->bytes == m->pieces[i].bytes);
        CHECK(!(each->flags & DEVICE_WRITES) == !m->pieces[i].is_written);
        CHECK(!(each->flags & HAS_NEXT) == is_last);
        at = each->next;
    }
    return tag;
}

static void
device_take(struct device *d)
{
    while (d->taken != d->memory->available.count) {
        uint16_t first = d->memory->available.ring[d->taken++ % d->size];

        chain_check(d, first);
        CHECK(d->count < d->size);
        d->chains[d->count++] = first;
    }
}

/* Answers one of the chains that it has; returns which request it was. */
static unsigned
device_answer(struct device *d, uint32_t bytes)
{
    struct virtq_used *used = &d->memory->used;
    unsigned which = check_below(d->count), tag;

    tag = chain_check(d, d->chains[which]);
    used->ring[used->count % d->size].first = d->chains[which];
    used->ring[used->count % d->size].bytes = bytes;
    used->count++;
    d->chains[which] = d->chains[--d->count];
    return tag;
}

static unsigned
request_idle(void)
{
    for (;;) {
        unsigned tag = check_below(VIRTQ_SIZE_MAX);

        if (!made[tag].is_under_way)
            return tag;
    }
}

/* Makes a request; returns whether there was room for it. */
static bool
request_make(struct virtq *queue, unsigned limit)
{
    unsigned tag = request_idle(), room = queue->free;
    struct made *m = &made[tag];
    err_t error;

    m->count = 1 + check_below(PIECES);
    for (unsigned i = 0; i < m->count; i++)
        m->pieces[i] = (struct virtq_piece){
            .address = (uint64_t)tag << 32 | check_random() % 65536,
            .bytes = 1 + check_below(1000),
            .is_written = i > limit,
        };
    m->is_under_way = true;
    error = virtq_submit(queue, m->pieces, m->count, tag);
    CHECK(error == (m->count <= room ? OK : ERR_FULL));
    CHECK(queue->free == (error == OK ? room - m->count : room));
    m->is_under_way = error == OK;
    return error == OK;
}

/* Takes an answer to request `expected`. */
static void
answer_check(struct virtq *queue, unsigned expected, uint32_t expected_bytes)
{
    unsigned tag = UINT32_MAX;
    uint32_t bytes = UINT32_MAX;

    CHECK(virtq_reap(queue, &tag, &bytes) == OK);
    CHECK(tag == expected && bytes == expected_bytes);
    CHECK(made[tag].is_under_way);
    made[tag].is_under_way = false;
}

static void
test_random(unsigned size)
{
    struct virtq *queue = malloc(sizeof(*queue));
    struct device d = {.memory = malloc(sizeof(*d.memory)), .size = size};
    unsigned tag, full = 0;
    uint32_t bytes;

    memset(d.memory, 0xaa, sizeof(*d.memory));
    memset(made, 0, sizeof(made));
    virtq_init(queue, d.memory, size);
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned answers[VIRTQ_SIZE_MAX], count = 0;

        /* More at first than come back, so that it fills up. */
        for (unsigned n = check_below(4); n > 0; n--)
            full += !request_make(queue, check_below(PIECES));
        device_take(&d);
        for (unsigned n = check_below(4); n > 0 && d.count > 0; n--)
            answers[count++] = device_answer(&d, 0);
        for (unsigned n = 0; n < count; n++)
            answer_check(queue, answers[n], 0);
        CHECK(virtq_reap(queue, &tag, &bytes) == ERR_WOULD_BLOCK);
    }
    CHECK(full > 100);
    while (d.count > 0)
        answer_check(queue, device_answer(&d, 0), 0);
    CHECK(queue->free == size);
    free(queue);
    free(d.memory);
}

/* The device may have written as much as it was given to write, no more. */
static void
test_nonsense(void)
{
    struct virtq *queue = malloc(sizeof(*queue)), kept;
    struct virtq_memory *memory = malloc(sizeof(*memory));
    const struct virtq_piece pieces[] = {{1, 10, false}, {2, 20, true}};
    unsigned tag = 77;
    uint32_t bytes;

    virtq_init(queue, memory, 8);
    CHECK(virtq_submit(queue, pieces, 0, 5) == ERR_FULL);
    CHECK(virtq_submit(queue, pieces, 2, 5) == OK);
    CHECK(virtq_submit(queue, pieces, 2, 6) == OK);
    kept = *queue;
    memory->used.count = 1;
    for (unsigned first = 0; first < 300; first++)
        for (unsigned written = 0; written < 40; written++) {
            bool is_right = (first == 0 || first == 2) && written <= 20;

            *queue = kept;
            memory->used.ring[0].first = first;
            memory->used.ring[0].bytes = written;
            CHECK(virtq_reap(queue, &tag, &bytes) ==
                  (is_right ? OK : ERR_ARGUMENT));
            CHECK(!is_right || tag == (first == 0 ? 5 : 6));
        }

    /* One answer twice; and more answers than there are requests. */
    *queue = kept;
    memory->used.count = 2;
    for (unsigned i = 0; i < 2; i++) {
        memory->used.ring[i].first = 0;
        memory->used.ring[i].bytes = 0;
    }
    CHECK(virtq_reap(queue, &tag, &bytes) == OK);
    CHECK(virtq_reap(queue, &tag, &bytes) == ERR_ARGUMENT);
    for (unsigned count = 5; count < 65536; count += 13) {
        *queue = kept;
        memory->used.count = (uint16_t)count;
        CHECK(virtq_reap(queue, &tag, &bytes) == ERR_ARGUMENT);
    }
    free(queue);
    free(memory);
}

int
main(void)
{
    test_random(128);
    test_random(8);
    test_nonsense();
    return 0;
}

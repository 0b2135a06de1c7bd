/* SPDX-License-Identifier: MIT */
/* The frame allocator: one bit a frame, set when the frame is free.
 *
 * A word of the map stands for 64 frames, and a run never crosses a word, so
 * a run is found in one word w: bit i of
 *
 *     w & w >> 1 & w >> 2 & ... & w >> (n - 1)
 *
 * says that frames i to i + n - 1 are all free. The search begins at the word
 * where the last one ended, so that it seldom meets full words.
 *
 * M1  A bit is set only for RAM between the ends given to frame_init.
 *
 * Called by object.c, which lets a process pay, and at boot. */
#include "frame.h"

static struct {
    uint64_t *map;
    uint64_t words;
    uint64_t hint; /* the word to look at first */
    paddr_t start, end;
} frames;

/* The bits of `count` frames from bit `first` of a word. */
static uint64_t
run_mask(unsigned first, unsigned count)
{
    uint64_t ones = count == 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;

    return ones << first;
}

/* Sets (or clears) the bits of [start, end), cut to the RAM there is. */
static void
range_mark(paddr_t start, paddr_t end, bool is_free)
{
    uint64_t n, last;

    if (start < frames.start)
        start = frames.start;
    if (end > frames.end)
        end = frames.end;
    if (start >= end)
        return;
    n = (start - frames.start) / PAGE_BYTES;
    last = (end - frames.start + PAGE_BYTES - 1) / PAGE_BYTES;
    while (n < last) {
        unsigned count = 64 - n % 64;
        if (count > last - n)
            count = (unsigned)(last - n);
        if (is_free)
            frames.map[n / 64] |= run_mask(n % 64, count);
        else
            frames.map[n / 64] &= ~run_mask(n % 64, count);
        n += count;
    }
}

void
frame_init(paddr_t start, paddr_t end, paddr_t free)
{
    uint64_t map_bytes;

    frames.start = start;
    frames.end = end;
    frames.words = ((end - start) / PAGE_BYTES + 63) / 64;
    frames.map = phys_to_virt(free);
    map_bytes = frames.words * sizeof(uint64_t);
    for (uint64_t i = 0; i < frames.words; i++)
        frames.map[i] = 0;
    range_mark(free + map_bytes + PAGE_BYTES - 1, end, true);
}

void
frame_reserve(paddr_t start, paddr_t end)
{
    range_mark(start, end, false);
}

uint64_t
frame_count_free(void)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < frames.words; i++) {
        uint64_t word = frames.map[i];
        if (word == UINT64_MAX)
            count += 64;
        else
            for (; word; word &= word - 1)
                count++;
    }
    return count;
}

bool
frame_is_ram(paddr_t p)
{
    return p >= frames.start && p < frames.end;
}

/* Fills whole frames with `word`, 64 bytes a turn. */
static inline void
frame_fill(paddr_t start, unsigned count, uint64_t word)
{
    uint64_t *p = phys_to_virt(start);
    uint64_t *end = p + (uint64_t)count * PAGE_BYTES / sizeof(*p);

    for (; p < end; p += 8)
        p[0] = p[1] = p[2] = p[3] = p[4] = p[5] = p[6] = p[7] = word;
}

/* Lab: boot-frames */
paddr_t
frame_alloc(unsigned count)
{
    assert(count >= 1 && count <= FRAME_RUN_MAX);
    for (uint64_t i = 0; i < frames.words; i++) {
        uint64_t word = (frames.hint + i) % frames.words;
        uint64_t runs = frames.map[word];

        for (unsigned n = 1; n < count && runs; n++)
            runs &= frames.map[word] >> n;
        if (!runs)
            continue;
        unsigned first = (unsigned)__builtin_ctzll(runs);
        paddr_t start = frames.start + (word * 64 + first) * PAGE_BYTES;
        frames.map[word] &= ~run_mask(first, count);
        frames.hint = word;
        frame_fill(start, count, 0);
        return start;
    }
    return FRAME_NONE;
}

/* Lab: boot-frames */
void
frame_free(paddr_t start, unsigned count)
{
    uint64_t n = (start - frames.start) / PAGE_BYTES;
    uint64_t mask = run_mask(n % 64, count);

    assert(start >= frames.start && start < frames.end);
    assert(n % 64 + count <= 64);
    assert((frames.map[n / 64] & mask) == 0); /* else: freed twice */
    frames.map[n / 64] |= mask;
    if (DEBUG)
        frame_fill(start, count, POISON_WORD);
}

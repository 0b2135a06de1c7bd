/* SPDX-License-Identifier: MIT */
/* Where the exercises of lab 1 start: the bodies that a student finds. */
#include "frame.h"
#include "log.h"
#include "space.h"
#include "sv39.h"

void
log_number(uint64_t value, unsigned base, unsigned width)
{
    /* Exercise 1.1. Read the declaration in log.h, and log_format below, which
     * calls this. log_char is all that you have to print with.
     *
     * Until then every number comes out in hexadecimal with all 16 digits, so
     * that the last words of a panic can be read. */
    (void)base;
    (void)width;
    for (unsigned shift = 64; shift > 0; shift -= 4)
        log_char("0123456789abcdef"[value >> (shift - 4) & 15]);
}

paddr_t
frame_alloc(unsigned count)
{
    /* Exercise 1.2. Read what frame.h promises, M1 and the rest at the top of
     * this file, and how range_mark handles the words of the map.
     *
     * Until then frames are handed out once, in the order of their addresses,
     * and the map does not learn of it. */
    static uint64_t next;
    unsigned found = 0;
    paddr_t start;

    for (; found < count && next < frames.words * 64; next++)
        found = frames.map[next / 64] >> next % 64 & 1 ? found + 1 : 0;
    if (found < count)
        return FRAME_NONE;
    start = frames.start + (next - count) * PAGE_BYTES;
    frame_fill(start, count, 0);
    return start;
}

void
frame_free(paddr_t start, unsigned count)
{
    /* Exercise 1.2: the way back. Which mistakes of its caller can it notice?
     *
     * Until then no frame is ever handed out again. */
    (void)start;
    (void)count;
}

pte_t *
sv39_walk(pte_t *root, vaddr_t va, unsigned level)
{
    /* Exercise 1.3. Read sv39.h, and [priv 10.4.2] for what the hart does.
     *
     * Until then nothing is found anywhere. */
    (void)root;
    (void)va;
    (void)level;
    return NULL;
}

err_t
space_map(struct space *space, struct payer *payer, vaddr_t va, paddr_t start,
          unsigned pages, uint64_t bits, unsigned spare)
{
    /* Exercise 1.4. Read the contract in space.h and P2 and P4 at the top of
     * this file. The two functions above are yours to use. For pages of code,
     * hart.h has something that you need.
     *
     * Until then nothing can be mapped. */
    (void)space;
    (void)payer;
    (void)va;
    (void)start;
    (void)pages;
    (void)bits;
    (void)spare;
    return ERR_UNFINISHED;
}

void
space_unmap(struct space *space, vaddr_t va, unsigned pages)
{
    /* Exercise 1.4: the way back. The hart remembers what it has translated:
     * hart.h says how to make it forget.
     *
     * Until then whatever is mapped stays mapped. */
    (void)space;
    (void)va;
    (void)pages;
}

void
kernel_map(pte_t *root, vaddr_t va, paddr_t start, uint64_t bytes,
           uint64_t bits, paddr_t *free)
{
    /* Exercise 1.5. Read the contract in space.h, how space_init below calls
     * this, and the picture at the top of this file.
     *
     * Until then everything is mapped in pieces of 1 GiB, as in entry.S: it
     * can be reached, and nothing is protected from anybody. */
    uint64_t span = sv39_span(SV39_ROOT_LEVEL);

    (void)bits;
    (void)free;
    for (uint64_t done = 0; done < bytes + start % span; done += span)
        root[sv39_index(va + done, SV39_ROOT_LEVEL)] =
            sv39_entry((start + done) & ~(span - 1),
                       PTE_LEAF | PTE_V | PTE_G | PTE_A | PTE_D);
}

uint64_t
space_copy(const struct space *to, vaddr_t to_va, const struct space *from,
           vaddr_t from_va, uint64_t bytes)
{
    /* Exercise 1.6. Read the contract in space.h and the two functions above:
     * how far does what space_byte returns reach?
     *
     * Until then nothing is copied. */
    (void)to;
    (void)to_va;
    (void)from;
    (void)from_va;
    (void)bytes;
    return 0;
}

bool
space_free_step(struct space *space, struct payer *payer)
{
    /* Exercise 1.7. Read the contract in space.h, space_create, and who calls
     * this (process_end.c). What must not be freed, though entries name it?
     * What does a space own besides its tables?
     *
     * Until then everything stays behind. */
    (void)space;
    (void)payer;
    return true;
}

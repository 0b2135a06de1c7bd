/* SPDX-License-Identifier: MIT */
#include "pager.h"

#include <lib/places.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <string.h>

enum { /* of scause [priv 10.1.8] */
       CAUSE_FETCH_PAGE = 12,
       CAUSE_LOAD_PAGE = 13,
       CAUSE_STORE_PAGE = 15,
};

struct pager_counts pager_counts;

/* The right that the instruction which faulted needs; 0: it was no matter of
 * pages. */
static rights_t
right_needed(uint64_t cause)
{
    switch (cause) {
    case CAUSE_FETCH_PAGE:
        return MEMORY_EXEC;
    case CAUSE_LOAD_PAGE:
        return MEMORY_READ;
    case CAUSE_STORE_PAGE:
        return MEMORY_WRITE;
    default:
        return 0;
    }
}

/* The number of the piece that `address` is in; `image->count`: none. */
static unsigned
piece_find(const struct image *image, uint64_t address)
{
    unsigned i = 0;

    while (i < image->count && address - image->pieces[i].address >=
                                   image->pieces[i].pages * PAGE_BYTES)
        i++;
    return i;
}

err_t
page_open(const struct child *child, const struct piece *piece, uint64_t page,
          handle_t *memory)
{
    err_t error = sys_memory_create(child->process, 1, memory);

    if (error != OK)
        return error;
    error = sys_memory_map(startup_handle("self"), *memory, PLACE_PIECE, 0, 1,
                           MEMORY_READ | MEMORY_WRITE);
    if (error != OK)
        (void)!sys_handle_close(*memory);
    else if (piece->source != HANDLE_NONE)
        memcpy((void *)PLACE_PIECE, piece->content + page * PAGE_BYTES,
               PAGE_BYTES);
    return error;
}

err_t
page_place(struct child *child, const struct image *image, unsigned piece,
           uint64_t page, handle_t memory)
{
    const struct piece *p = &image->pieces[piece];
    uint8_t *state = &child->pages[piece][page];
    uint64_t address = p->address + page * PAGE_BYTES;
    err_t error = sys_memory_unmap(startup_handle("self"), PLACE_PIECE, 1);

    if (error == OK && *state == PAGE_SHARED)
        error = sys_memory_unmap(child->process, address, 1);
    if (error == OK) {
        *state = PAGE_ABSENT;
        error =
            sys_memory_map(child->process, memory, address, 0, 1, p->rights);
    }
    if (error == OK)
        *state = PAGE_OWN;
    /* The child's mapping keeps the memory. */
    (void)!sys_handle_close(memory);
    return error;
}

/* Gives the child a page of its own. */
static err_t
page_own(struct child *child, const struct image *image, unsigned piece,
         uint64_t page)
{
    const struct piece *p = &image->pieces[piece];
    handle_t memory;
    err_t error = page_open(child, p, page, &memory);

    if (error == OK)
        error = page_place(child, image, piece, page, memory);
    if (error == OK && p->source == HANDLE_NONE)
        pager_counts.zero++;
    else if (error == OK)
        pager_counts.copied++;
    return error;
}

/* Lets the child see the source's page (G6). */
static err_t
page_share(struct child *child, const struct image *image, unsigned piece,
           uint64_t page)
{
    const struct piece *p = &image->pieces[piece];
    err_t error = sys_memory_map(child->process, p->source,
                                 p->address + page * PAGE_BYTES, page, 1,
                                 p->rights & ~(rights_t)MEMORY_WRITE);

    if (error != OK)
        return error;
    child->pages[piece][page] = PAGE_SHARED;
    pager_counts.shared++;
    return OK;
}

err_t
pager_fault(struct child *child, const struct image *image, uint64_t cause,
            uint64_t address)
{
    rights_t right = right_needed(cause);
    unsigned piece = piece_find(image, address);
    uint64_t page;

    if (piece == image->count || !(image->pieces[piece].rights & right))
        return ERR_ADDRESS;
    page = (address - image->pieces[piece].address) / PAGE_BYTES;
    switch (child->pages[piece][page]) {
    case PAGE_OWN:
        return OK; /* another thread was first */
    case PAGE_SHARED:
        if (right != MEMORY_WRITE)
            return OK;
        return page_own(child, image, piece, page);
    default:
        if (right == MEMORY_WRITE || image->pieces[piece].source == HANDLE_NONE)
            return page_own(child, image, piece, page);
        return page_share(child, image, piece, page);
    }
}

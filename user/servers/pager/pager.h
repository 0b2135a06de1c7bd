/* SPDX-License-Identifier: MIT */
/* Pages that come when they are touched.
 *
 * An *image* is what every copy of a program begins with: pieces, each some
 * pages in a row with the same rights. A piece has a source, memory that holds
 * what its pages begin with, or none, and then they begin with zeros.
 *
 * A *child* is one process that runs the image. Nothing of it is there at
 * first but the top of its stack. A page is
 *
 *     ABSENT --- read, fetch ---> SHARED    the source's page, never writable
 *        |                           |
 *      write, or no source         write
 *        |                           |
 *        +------> OWN <--------------+      a copy, paid for by the child
 *
 * and never goes back.
 *
 * G6  No page of a source is writable in any child.
 * G7  A child is answered after its page is what the table says. So a page
 *     that is OWN has not been lost or copied again, whichever of the child's
 *     threads faulted there and in which order we hear of it. */
#pragma once

#include <lib/elf.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PIECES_MAX = 32,
    STACK_PIECES = 4, /* of MEMORY_PAGES_MAX pages: a stack of 1 MiB */
};

struct piece {
    uint64_t address;    /* in each child */
    uint64_t pages;      /* at most MEMORY_PAGES_MAX */
    rights_t rights;     /* that the program shall have there */
    handle_t source;     /* HANDLE_NONE: zeros */
    const char *content; /* of the source, as we see it */
};

/* The first pieces are the stack's, its top the very first. */
struct image {
    uint64_t entry;
    uint64_t loaded; /* pages that lib/spawn.h would bring at once */
    unsigned count;
    struct piece pieces[PIECES_MAX];
};

enum page_state { PAGE_ABSENT = 0, PAGE_SHARED, PAGE_OWN };

struct child {
    handle_t process;                /* HANDLE_NONE: it has ended */
    uint64_t client;                 /* its number at the name server */
    handle_t streams[STARTUP_FILES]; /* its own to our pipes; HANDLE_NONE */
    uint8_t pages[PIECES_MAX][MEMORY_PAGES_MAX]; /* enum page_state */
};

/* What was needed, of all children together. */
struct pager_counts {
    uint64_t shared, copied, zero; /* pages */
};

extern struct pager_counts pager_counts;

/* Makes the image of the ELF file of `bytes` bytes at `file`, which is not
 * needed afterwards. Returns NULL, or what is wrong, in words that complete
 * "the program ...". */
const char *image_make(struct image *image, const void *file, size_t bytes);

/* The memory that page number `page` of `piece` is going to be, a copy of the
 * source's or zeros: mapped at PLACE_PIECE for us, until page_place. */
MUST_CHECK err_t page_open(const struct child *child, const struct piece *piece,
                           uint64_t page, handle_t *memory);

/* Moves the page from our space to the child's, and closes `memory`. */
MUST_CHECK err_t page_place(struct child *child, const struct image *image,
                            unsigned piece, uint64_t page, handle_t memory);

/* Brings the page that a thread of `child` faulted at, for `cause` (as scause
 * has it) at `address`. OK: it goes on, at the same instruction. ERR_ADDRESS:
 * the program must not do this. ERR_QUOTA, ERR_FULL: the child cannot pay for
 * the page. */
MUST_CHECK err_t pager_fault(struct child *child, const struct image *image,
                             uint64_t cause, uint64_t address);

/* SPDX-License-Identifier: MIT */
/* Leases between two address spaces, against a copy that goes byte by byte.
 *
 * Spaces, window, offset and length are drawn: pages are missing or may only
 * be read, lie anywhere in RAM, twice, or in both spaces. The model translates
 * each byte by what it knows was mapped. It says how far the copy comes, with
 * which error it ends, and what each byte of all frames then is: so no byte
 * outside the window changes (J1). What is read is seen by what is written;
 * besides, ASan guards all frames in which neither side has a byte to give. */
#include "riscv_fake.h"

#include "lease.h"

#include "asid.h"
#include "check.h"
#include "process.h"
#include "ram.h"

/* With its fences: so they come to the functions below. */
#include "space.c"

#include <sanitizer/asan_interface.h>
#include <string.h>

enum {
    CALLER,
    SERVER,
    PROCESSES,

    PAGES = 10,  /* that may be mapped in a space */
    FRAMES = 12, /* that they are mapped to */
    FRAMES_BYTES = FRAMES * PAGE_BYTES,
    SPACES_DRAWN = 300,
    COPIES = 40, /* in the same spaces */
    QUOTA = 200,
};

/* Where the pages of a space lie; a window may begin before and end after. */
#define BASE UINT64_C(0x40001000)

/* What is mapped: a frame, from 1, and what may be done; 0: nothing. */
struct known_page {
    unsigned frame;
    uint64_t bits;
};

static struct process processes[PROCESSES];
static struct known_page pages[PROCESSES][PAGES];
static struct thread threads_of[PROCESSES];
static struct payer payer;
static paddr_t frames;
static unsigned char before[FRAMES_BYTES], expected[FRAMES_BYTES];

/* Whether the window, or what the server gives, lies in the frame. */
static bool is_named[FRAMES];

static struct {
    unsigned whole, partial, lease, address, argument, overlapping;
} seen;

/* What space.c needs to be linked. */
char kernel_text[1], kernel_rodata[1], kernel_data[1], hart_stacks[1];

void
fake_flush_all(void)
{
}

uint64_t
fake_satp_read(void)
{
    return 0;
}

void
fake_satp_write(uint64_t satp)
{
    (void)satp;
}

void
hart_kernel_space_set(uint64_t satp)
{
    (void)satp;
}

void
hart_leave_space(void)
{
}

void
hart_flush(vaddr_t va, uint64_t bytes, unsigned asid)
{
    CHECK(bytes == FLUSH_ALL || space_entry(&processes[CALLER].space, va) == 0);
    (void)asid;
}

void
hart_flush_code(void)
{
}

/* --------------------------------------------------------------- the model */

/* Where the byte at `address` of a process lies among those of the frames, or
 * -1 if it may not do this with it. */
static int
byte_find(unsigned process, uaddr_t address, uint64_t bits)
{
    const struct known_page *page;

    if (address < BASE || address >= BASE + PAGES * PAGE_BYTES)
        return -1;
    page = &pages[process][(address - BASE) / PAGE_BYTES];
    if (!page->frame || (page->bits & bits) != bits)
        return -1;
    return (int)((page->frame - 1) * PAGE_BYTES + address % PAGE_BYTES);
}

/* How the copy must end and how many bytes it is; `expected` is what the
 * frames then hold. Where both sides share bytes it is not said which come
 * first: those that may change are then marked as such in `is_open`. */
static err_t
model_copy(const struct lease_order *order, uint64_t *done, bool *is_open)
{
    const uint64_t *x = threads_of[CALLER].x;
    bool is_read = order->flag == MESSAGE_LEASE_READ;
    static bool is_source[FRAMES_BYTES], is_target[FRAMES_BYTES];

    *done = 0;
    *is_open = false;
    memset(is_source, 0, sizeof(is_source));
    memset(is_target, 0, sizeof(is_target));
    if (!(x[REG_A1] & order->flag))
        return ERR_LEASE;
    if (order->offset > x[REG_T2])
        return ERR_ARGUMENT;
    for (; *done < order->bytes && *done < x[REG_T2] - order->offset; ++*done) {
        int lent = byte_find(CALLER, x[REG_T1] + order->offset + *done,
                             is_read ? PTE_R : PTE_W);
        int own =
            byte_find(SERVER, order->address + *done, is_read ? PTE_W : PTE_R);
        int from = is_read ? lent : own, to = is_read ? own : lent;

        if (lent < 0)
            return ERR_LEASE;
        if (own < 0)
            return ERR_ADDRESS;
        is_source[from] = is_target[to] = true;
        is_named[from / PAGE_BYTES] = is_named[to / PAGE_BYTES] = true;
        *is_open |= is_source[to] || is_target[from];
        expected[to] = before[from];
    }
    return OK;
}

/* ------------------------------------------------------------- the drawing */

/* Any pages, to any frames. */
static void
spaces_draw(void)
{
    static const uint64_t bits[] = {PTE_R,         PTE_R | PTE_W, PTE_R | PTE_W,
                                    PTE_R | PTE_W, PTE_R | PTE_W, PTE_R | PTE_W,
                                    PTE_R | PTE_W, PTE_R | PTE_X};
    unsigned frames_shared = check_below(3) ? 0 : FRAMES;

    for (unsigned p = 0; p < PROCESSES; p++)
        for (unsigned i = 0; i < PAGES; i++) {
            struct known_page *page = &pages[p][i];
            unsigned half = FRAMES / 2;

            page->frame = 0;
            if (check_below(12) == 0)
                continue;
            page->frame = 1 + (frames_shared ? check_below(frames_shared)
                                             : p * half + check_below(half));
            page->bits = bits[check_below(8)];
            CHECK(space_map(&processes[p].space, &payer, BASE + i * PAGE_BYTES,
                            frames + (page->frame - 1) * PAGE_BYTES, 1,
                            page->bits, 0) == OK);
        }
}

static void
spaces_clear(void)
{
    for (unsigned p = 0; p < PROCESSES; p++)
        for (unsigned i = 0; i < PAGES; i++)
            if (pages[p][i].frame) /* without a fence: no hart looks */
                *sv39_walk(processes[p].space.root, BASE + i * PAGE_BYTES, 0) =
                    0;
}

/* An address in the pages or near them, often at an edge; seldom any. */
static uaddr_t
address_draw(void)
{
    unsigned choice = check_below(32);
    uaddr_t at = BASE + check_below(PAGES) * PAGE_BYTES;

    if (choice == 0 && check_below(4) == 0)
        return check_random();
    if (choice == 1 && check_below(4) == 0)
        return USER_TOP - check_below(100);
    if (choice < 12)
        return at + check_below(9) - 4;
    return at + check_below(PAGE_BYTES);
}

static uint64_t
length_draw(void)
{
    unsigned choice = check_below(8);

    if (choice < 3)
        return check_below(20);
    if (choice < 5)
        return PAGE_BYTES - 4 + check_below(9);
    return check_below(LEASE_BYTES_MAX + 1);
}

/* Guards the frames in which nothing has been lent or named. */
static void
frames_guard(bool is_on)
{
    for (unsigned i = 0; i < FRAMES; i++) {
        void *frame = phys_to_virt(frames + i * PAGE_BYTES);

        if (is_on && !is_named[i])
            ASAN_POISON_MEMORY_REGION(frame, PAGE_BYTES);
        else
            ASAN_UNPOISON_MEMORY_REGION(frame, PAGE_BYTES);
    }
}

static void
seen_note(err_t error, uint64_t done, bool is_open)
{
    seen.whole += error == OK && done > PAGE_BYTES;
    seen.partial += error != OK && done > 0;
    seen.lease += error == ERR_LEASE;
    seen.address += error == ERR_ADDRESS;
    seen.argument += error == ERR_ARGUMENT;
    seen.overlapping += is_open;
}

/* No byte of a frame that is not a target has changed, and targets hold what
 * they must; with overlapping bytes only the former is known. */
static void
frames_check(bool is_open)
{
    const unsigned char *now = phys_to_virt(frames);

    if (!is_open) {
        CHECK(memcmp(now, expected, FRAMES_BYTES) == 0);
        return;
    }
    for (unsigned i = 0; i < FRAMES; i++)
        CHECK(is_named[i] || memcmp(now + i * PAGE_BYTES,
                                    before + i * PAGE_BYTES, PAGE_BYTES) == 0);
}

static void
test_copy(void)
{
    static const uint64_t lent[] = {MESSAGE_LEASE_READ, MESSAGE_LEASE_READ,
                                    MESSAGE_LEASE_WRITE, MESSAGE_LEASE_WRITE,
                                    0};
    uint64_t *x = threads_of[CALLER].x, kept[2][REG_COUNT];
    unsigned char *memory = phys_to_virt(frames);
    struct lease_order order = {
        .flag = check_below(2) ? MESSAGE_LEASE_READ : MESSAGE_LEASE_WRITE,
        .address = address_draw(),
        .bytes = length_draw(),
    };
    uint64_t done = check_random(), wanted;
    bool is_open;
    err_t error;

    for (unsigned i = 0; i < REG_COUNT; i++)
        x[i] = threads_of[SERVER].x[i] = check_random();
    x[REG_A7] = SYS_ENDPOINT_CALL;
    x[REG_A1] = check_below(4) ? order.flag : lent[check_below(5)];
    x[REG_T2] = check_below(4) ? length_draw() : check_below(1 << 24);
    do {
        x[REG_T1] = address_draw();
    } while (lease_check(&threads_of[CALLER]) != OK);
    order.offset = check_below(4) == 0 ? 0
                   : check_below(16) == 0
                       ? check_random()
                       : check_below((unsigned)x[REG_T2] + 2);
    for (unsigned i = 0; i < FRAMES_BYTES / 8; i++)
        memcpy(memory + 8 * i, &(uint64_t){check_random()}, 8);
    memcpy(before, memory, FRAMES_BYTES);
    memcpy(expected, memory, FRAMES_BYTES);
    memset(is_named, 0, sizeof(is_named));
    error = model_copy(&order, &wanted, &is_open);

    for (unsigned p = 0; p < PROCESSES; p++)
        memcpy(kept[p], threads_of[p].x, sizeof(kept[p]));
    frames_guard(true);
    CHECK(lease_copy(&threads_of[SERVER], &threads_of[CALLER], &order, &done) ==
          error);
    frames_guard(false);
    CHECK(done == wanted);
    frames_check(is_open);
    for (unsigned p = 0; p < PROCESSES; p++)
        CHECK(memcmp(kept[p], threads_of[p].x, sizeof(kept[p])) == 0);
    seen_note(error, done, is_open);
}

/* What may be lent: one way, by a call, below USER_TOP. */
static void
test_check(void)
{
    static const uint64_t calls[] = {SYS_ENDPOINT_CALL, SYS_ENDPOINT_CALL,
                                     SYS_ENDPOINT_SEND,
                                     SYS_ENDPOINT_REPLY_RECV};
    static const uint64_t edges[] = {0,
                                     1,
                                     USER_TOP - 1,
                                     USER_TOP,
                                     USER_TOP + 1,
                                     UINT64_MAX - USER_TOP,
                                     UINT64_MAX};
    enum { EDGES = sizeof(edges) / sizeof(edges[0]) };

    for (unsigned i = 0; i < 4 * EDGES * EDGES * 3; i++) {
        uint64_t start = edges[i / 4 % EDGES];
        uint64_t bytes = edges[i / 4 / EDGES % EDGES];
        uint64_t flags = i / 4 / EDGES / EDGES;
        struct thread from = {0};
        /* More than 64 bits, so that no sum is too large. */
        __extension__ unsigned __int128 end = start;
        err_t error = OK;

        end += bytes;
        from.x[REG_A7] = calls[i % 4];
        from.x[REG_A1] = flags == 0   ? MESSAGE_LEASE_READ
                         : flags == 1 ? MESSAGE_LEASE_WRITE
                                      : MESSAGE_LEASES;
        from.x[REG_T1] = start;
        from.x[REG_T2] = bytes;
        if (i % 4 > 1 || flags == 2)
            error = ERR_ARGUMENT;
        else if (end > USER_TOP)
            error = ERR_ADDRESS;
        CHECK(lease_check(&from) == error);
    }
}

int
main(void)
{
    frame_init(RAM_START, RAM_END, RAM_START);
    payer_init(&payer, QUOTA);
    kernel_root = phys_to_virt(payer_take(&payer, 1));
    frames = payer_take(&payer, FRAMES);
    asid_init(ASID_MAX);
    for (unsigned p = 0; p < PROCESSES; p++) {
        space_create(&processes[p].space, &payer);
        threads_of[p].process = &processes[p];
    }
    test_check();
    for (unsigned i = 0; i < SPACES_DRAWN; i++) {
        spaces_draw();
        for (unsigned copy = 0; copy < COPIES; copy++)
            test_copy();
        spaces_clear();
    }
    CHECK(seen.whole > 100 && seen.partial > 400 && seen.lease > 2000);
    CHECK(seen.address > 800 && seen.argument > 300 && seen.overlapping > 30);
    return 0;
}

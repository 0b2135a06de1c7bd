/* SPDX-License-Identifier: MIT */
/* Touches pages in all the ways there are. Its status says what was wrong with
 * them, 0 nothing. With an argument it does what it must not:
 *
 *     wild      loads from where nothing is
 *     rodata    stores to what is only to be read
 *     jump      jumps to where data is
 *     stack     recurs for ever
 *     breakpoint
 *               faults, but for no page */
#include <abi/syscall.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/thread.h>
#include <proto/file.h>
#include <proto/names.h>

#include <string.h>

enum {
    WRONG_DATA = 1,
    WRONG_ZEROS,
    WRONG_COPY,
    WRONG_STACK,
    WRONG_LEASE,
    WRONG_THREADS,
    ROUNDS = 50,
    PAGES = 40,
    WORDS = PAGE_BYTES / sizeof(unsigned),
    STACK_BYTES = 4096,
    PRIORITY = 16,
    FRAME_WORDS = 128,
    DEPTH = 400,
};

static const unsigned constants[2 * WORDS] = {[WORDS] = 11};
static volatile unsigned data[4 * WORDS] = {[0] = 1, [2 * WORDS] = 2};
static volatile unsigned zeros[PAGES][WORDS];
static volatile unsigned shared[PAGES][WORDS]; /* by the two threads */
static char file_text[3 * PAGE_BYTES];
static char stack[STACK_BYTES] __attribute__((aligned(16)));
static volatile unsigned arrived;
static const char *volatile wild = (char *)64;

/* What all copies begin with is not what one of them has written. */
static int
data_try(void)
{
    if (data[0] != 1 || data[2 * WORDS] != 2 || constants[WORDS] != 11)
        return WRONG_DATA;
    for (unsigned i = 0; i < ROUNDS; i++) {
        data[0]++;
        data[2 * WORDS + 1] = i;
        sys_thread_yield(); /* now the other copies */
        if (data[0] != i + 2 || data[2 * WORDS + 1] != i)
            return WRONG_COPY;
    }
    return data[2 * WORDS] == 2 && constants[WORDS] == 11 ? 0 : WRONG_COPY;
}

static int
zeros_try(void)
{
    for (unsigned page = 0; page < PAGES; page++) {
        if (zeros[page][0] != 0 || zeros[page][WORDS - 1] != 0)
            return WRONG_ZEROS;
        zeros[page][1] = page;
    }
    for (unsigned page = 0; page < PAGES; page++)
        if (zeros[page][0] != 0 || zeros[page][1] != page)
            return WRONG_ZEROS;
    return 0;
}

/* Sums up depth + ... + 1, with half a KiB of stack for each. */
static __attribute__((noinline)) unsigned
recur(unsigned depth)
{
    volatile unsigned frame[FRAME_WORDS];

    frame[0] = depth;
    if (depth == 0)
        return 0;
    return recur(depth - 1) + frame[0];
}

/* A server writes where nothing is yet. */
static int
lease_try(void)
{
    static const char path[] = "/bin/pages";
    struct file root = {0}, file;
    struct file_status status;
    uint64_t done;
    size_t used;

    if (name_lookup(startup_handle("names"), path, &used, &root.server) != OK ||
        path_open(&root, path + used, sizeof(path) - 1 - used, FILE_TO_READ,
                  &file, &status) != 0 ||
        file_read(&file, 0, file_text, sizeof(file_text), &done) != 0 ||
        file_close(&file) != 0)
        return WRONG_LEASE;
    return done == sizeof(file_text) && memcmp(file_text, "\177ELF", 4) == 0
               ? 0
               : WRONG_LEASE;
}

/* Both threads, at once where there are two harts, come to a page that is not
 * there, and write beside each other. */
static void
halves_write(unsigned half)
{
    for (unsigned page = 0; page < PAGES; page++) {
        __atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
        while (arrived < 2 * (page + 1))
            sys_thread_yield();
        shared[page][half] = page + half;
    }
}

static void
other_run(void *argument)
{
    (void)argument;
    halves_write(1);
    __atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
}

static int
threads_try(void)
{
    handle_t thread;

    if (thread_start(other_run, NULL, stack, sizeof(stack), PRIORITY,
                     &thread) != OK)
        return WRONG_THREADS;
    halves_write(0);
    while (arrived < 2 * PAGES + 1)
        sys_thread_yield();
    for (unsigned page = 0; page < PAGES; page++)
        if (shared[page][0] != page || shared[page][1] != page + 1)
            return WRONG_THREADS;
    return 0;
}

static void
misbehave(const char *how)
{
    if (strcmp(how, "wild") == 0)
        data[0] = (unsigned)*wild;
    else if (strcmp(how, "rodata") == 0)
        *(volatile unsigned *)(uintptr_t)&constants[0] = 1;
    else if (strcmp(how, "jump") == 0)
        ((void (*)(void))(uintptr_t)&data[0])();
    else if (strcmp(how, "stack") == 0)
        (void)recur(~0U);
    else
        __asm__ volatile("ebreak");
}

int
main(int argc, char **argv)
{
    int wrong;

    if (argc > 1)
        misbehave(argv[1]);
    wrong = data_try();
    if (wrong == 0)
        wrong = zeros_try();
    if (wrong == 0 && recur(DEPTH) != DEPTH * (DEPTH + 1) / 2)
        wrong = WRONG_STACK;
    if (wrong == 0)
        wrong = lease_try();
    return wrong ? wrong : threads_try();
}

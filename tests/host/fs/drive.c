/* SPDX-License-Identifier: MIT */
/* The loop: requests come on stdin, answers go to stdout (tests/fs_host.py).
 *
 *     drive IMAGE PAGES [read-only] [thorough]      PAGES of kept memory
 *
 * Each is a struct frame, and behind it the bytes that are lent for reading,
 * or back those that were lent for writing. Besides the requests of the file
 * protocol there are those to the machine: enum order. */
#include "machine.h"

#include <fs/begin.h>
#include <fs/ext2.h>
#include <fs/mark.h>
#include <fs/serve.h>
#include <fs/slots.h>
#include <fs/store.h>
#include <lib/message.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { WINDOW_BYTES = 1 << 20 };

struct frame {
    uint64_t label;
    uint64_t badge;
    uint64_t words[MESSAGE_WORDS];
    uint64_t lent;
    uint64_t is_for_writing;
};

/* Labels above those of the protocol; arguments in words 0 and 1. */
enum order {
    ORDER_KILL = 100, /* at the store number ... of the next request */
    ORDER_RESTART,    /* the server, as it was killed */
    ORDER_SAVE,       /* the disk, with what the cache has, to lent path */
    ORDER_DISK_FAILS, /* from the request number ... on */
    ORDER_DISK_DIES,  /* once, at the request number ... */
    ORDER_EVERYWHERE, /* kills the next request at each of its stores */
    ORDER_UNLENT,     /* so many bytes of the next lease cannot be reached */
    ORDER_BAD,        /* sector ... cannot be written */
    ORDER_NEW,        /* the machine is switched off and on: no kept memory */
    ORDER_UNREADABLE, /* sector ... cannot be read */
};

/* The server's own data, put back when it starts again: the build gathers it
 * in a section of that name (tests/fs_host.py), but not under ASan. */
extern char __start_fsdata[] __attribute__((weak));
extern char __stop_fsdata[] __attribute__((weak));
static char *fresh_data;

static char window[WINDOW_BYTES];
static const char *problem;
static uint64_t is_everywhere, unlent;
static size_t kept_bytes;

_Noreturn static void
fail(const char *what, uint64_t number)
{
    fprintf(stderr, "drive: %s (%lu)\n", what, number);
    exit(1);
}

/* A new process for the server. */
static void
server_start(void)
{
    if (fresh_data)
        memcpy(__start_fsdata, fresh_data,
               (size_t)(__stop_fsdata - __start_fsdata));
    problem = serve_begin(kept, kept_bytes, DISK, CLOCK);
}

/* Serves `m`; true if the server was killed. */
static bool
server_serve(struct message *m)
{
    machine.stores = 0;
    if (setjmp(machine.killed) != 0)
        return true;
    if (problem) {
        m->words[0] = ENODEV;
        return false;
    }
    serve_request(m);
    machine.stores_left = UINT64_MAX;
    return false;
}

/* Starts it again, and kills it while it recovers, at its stores `from`,
 * `from` + 7 and so on, until it comes through. */
static void
server_recover(uint64_t from)
{
    volatile uint64_t at = from;

    (void)!setjmp(machine.killed);
    machine.stores_left = at;
    at += 7;
    server_start();
    machine.stores_left = UINT64_MAX;
}

/* ------------------------------------------------------------------ images */

/* What the disk will be when all is written. To compare images free blocks are
 * zeros, and the mark "clean" is none: a request that changed nothing may
 * have left dirty blocks. */
static char *
image_make(bool is_cleaned)
{
    char *image = malloc(machine.disk_bytes);
    struct store *store = (void *)kept;
    uint64_t bytes = store->block_bytes, dirty = 0;

    memcpy(image, machine.disk, machine.disk_bytes);
    for (unsigned slot = 0; !problem && slot < cache.count; slot++)
        if (store->slots[slot] & SLOT_DIRTY) {
            memcpy(image + slot_block(store->slots[slot]) * bytes,
                   slot_content(slot), bytes);
            dirty++;
        }
    if (dirty > 0 || is_cleaned) {
        uint64_t block = EXT2_SUPER_OFFSET / bytes;

        mark_hide(block, image + block * bytes);
    }
    if (!is_cleaned)
        return image;

    const uint32_t *super = (const void *)(image + 1024);
    const char *groups = image + (super[5] + 1) * bytes;
    for (uint32_t block = super[5]; block < super[1]; block++) {
        uint32_t group = (block - super[5]) / super[8];
        uint32_t bit = (block - super[5]) % super[8], map;

        memcpy(&map, groups + group * 32, sizeof(map));
        if (!(image[map * bytes + bit / 8] >> bit % 8 & 1))
            memset(image + block * bytes, 0, bytes);
    }
    return image;
}

static void
image_save(const char *path)
{
    char *image = image_make(false);
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(image, machine.disk_bytes, 1, file) != 1 ||
        fclose(file) != 0)
        fail("cannot save", 0);
    free(image);
}

/* ------------------------------------------------------ killed everywhere */

/* All that outlives a server, and the client. */
struct world {
    char *disk, *kept, *window;
    bool may_be_clean, is_flushed;
};

static struct world
world_keep(void)
{
    struct world w = {malloc(machine.disk_bytes), malloc(sizeof(kept)),
                      malloc(sizeof(window)), machine.may_be_clean,
                      machine.is_flushed};

    memcpy(w.disk, machine.disk, machine.disk_bytes);
    memcpy(w.kept, kept, sizeof(kept));
    memcpy(w.window, window, sizeof(window));
    return w;
}

static void
world_restore(const struct world *w)
{
    memcpy(machine.disk, w->disk, machine.disk_bytes);
    memcpy(kept, w->kept, sizeof(kept));
    memcpy(window, w->window, sizeof(window));
    machine.may_be_clean = w->may_be_clean;
    machine.is_flushed = w->is_flushed;
    server_start();
}

/* Whether a request changes content in place: there a half is no harm. */
static bool
is_write(const struct message *m)
{
    return message_label(m) == 4;
}

/* Serves `*m` killed at each of its stores in turn. Each time the successor
 * must find the image as it was before or as it is afterwards (if it is no
 * write), and the repeated request must give the same answer and the same
 * image. Leaves the world as after one request. */
static void
serve_everywhere(struct message *m)
{
    struct message question = *m, answer, again;
    struct world before = world_keep();
    char *old = image_make(true), *new, *now;

    if (server_serve(m))
        fail("killed without an order", 0);
    answer = *m;
    new = image_make(true);
    for (uint64_t at = 0, is_killed = 1; is_killed; at++) {
        world_restore(&before);
        again = question;
        machine.stores_left = at;
        is_killed = server_serve(&again);
        if (is_killed) {
            server_recover(at % 5);
            now = image_make(true);
            if (!is_write(&question) &&
                memcmp(now, old, machine.disk_bytes) != 0 &&
                memcmp(now, new, machine.disk_bytes) != 0)
                fail("half-done after store", at);
            free(now);
            again = question;
            if (server_serve(&again))
                fail("killed without an order", at);
        }
        now = image_make(true);
        if (memcmp(again.words, answer.words, sizeof(answer.words)) != 0)
            fail("another answer after store", at);
        if (memcmp(now, new, machine.disk_bytes) != 0)
            fail("another image after store", at);
        free(now);
        is_everywhere = at;
    }
    *m = again;
    free(old);
    free(new);
    free(before.disk);
    free(before.kept);
    free(before.window);
}

/* -------------------------------------------------------------------- loop */

static uint64_t
order_obey(const struct frame *f)
{
    switch ((enum order)f->label) {
    case ORDER_KILL:
        machine.stores_left = f->words[0];
        break;
    case ORDER_RESTART:
        server_start();
        break;
    case ORDER_SAVE:
        window[f->lent] = '\0';
        image_save(window);
        break;
    case ORDER_DISK_FAILS:
        machine.requests_left = f->words[0];
        break;
    case ORDER_DISK_DIES:
        machine.deaths_left = f->words[0];
        break;
    case ORDER_EVERYWHERE:
        is_everywhere = UINT64_MAX;
        break;
    case ORDER_BAD:
        machine.bad_sector = f->words[0];
        break;
    case ORDER_UNREADABLE:
        machine.unreadable = f->words[0];
        break;
    case ORDER_UNLENT:
        unlent = f->words[0];
        break;
    case ORDER_NEW:
        memset(kept, 0, sizeof(kept));
        disk_settle();
        server_start();
        break;
    }
    return 0;
}

/* Serves one request; word 0 of the answer is EINTR if it was killed, and the
 * next server is there. */
static void
request_serve(struct frame *f)
{
    struct message m = {
        .header = f->label, .token = 1, .badge = f->badge, .lent = f->lent};

    memcpy(m.words, f->words, sizeof(m.words));
    machine.lent = f->lent;
    machine.unlent = unlent;
    unlent = 0;
    if (is_everywhere == UINT64_MAX) {
        serve_everywhere(&m);
        f->badge = is_everywhere; /* how many stores there were */
    } else if (server_serve(&m)) {
        server_recover(3);
        m.words[0] = EINTR;
    } else {
        f->badge = machine.stores;
    }
    is_everywhere = 0;
    memcpy(f->words, m.words, sizeof(m.words));
}

int
main(int argc, char **argv)
{
    FILE *file = fopen(argv[1], "rb");
    struct frame f;

    if (!file || fseek(file, 0, SEEK_END) != 0)
        fail("no image", 0);
    machine.disk_bytes = (size_t)ftell(file);
    machine.disk = malloc(machine.disk_bytes);
    rewind(file);
    if (fread(machine.disk, machine.disk_bytes, 1, file) != 1)
        fail("no image", 0);
    fclose(file);
    disk_settle();
    kept_bytes = strtoul(argv[2], NULL, 10) * 4096;
    for (int i = 3; i < argc; i++) {
        machine.is_read_only |= strcmp(argv[i], "read-only") == 0;
        machine.is_thorough |= strcmp(argv[i], "thorough") == 0;
    }
    machine.window = window;

    if (__start_fsdata) {
        size_t bytes = (size_t)(__stop_fsdata - __start_fsdata);

        fresh_data = malloc(bytes);
        memcpy(fresh_data, __start_fsdata, bytes);
    }
    server_start();
    printf("%s\n", problem ? problem : "ready");
    fflush(stdout);

    while (fread(&f, sizeof(f), 1, stdin) == 1) {
        /* A server that loops is ended. */
        setitimer(ITIMER_VIRTUAL, &(struct itimerval){.it_value = {60, 0}},
                  NULL);
        if (f.lent > sizeof(window) - 1)
            fail("lends too much", f.lent);
        if (!f.is_for_writing && f.lent && fread(window, f.lent, 1, stdin) != 1)
            break;
        if (f.label >= ORDER_KILL)
            f.words[0] = order_obey(&f);
        else
            request_serve(&f);
        fwrite(&f, sizeof(f), 1, stdout);
        if (f.is_for_writing)
            fwrite(window, f.lent, 1, stdout);
        fflush(stdout);
    }
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* Uses files as the host commands.
 *
 *     load N ROUNDS         N clients at once, with files of their own: they
 *                           read, write, append, rename, make, remove; tells
 *                           what the files must be then
 *     kill SERVICE N US     kills it N times, after up to US each
 *     calm                  kills no more
 *     restarts SERVICE      how often it was started again
 *     copy FROM TO          a file; tells its size
 *     sum PATH              its size and sum
 *     swap PATH             replaces the file server by the program there
 *     sync
 *     cost N                instructions for reading and for writing 4 KiB in
 *                           the cache, on average of N
 *     off */
#include "../command.h"

enum {
    LOAD_PRIORITY = 20,
    CLIENTS_MAX = 6,
    FILES = 3, /* of a client */
    CONTENT_MAX = 64 * 1024,
    PART_MAX = 6000,
    COPY_BYTES = 32 * 1024,
    PROGRAM_MAX = 512 * 1024,
    BURST_MAX = 3,
};

/* A client of the file server, and what its files must be. */
struct client {
    struct file root;
    uint64_t dice;
    struct file files[FILES];
    bool is_renamed[FILES];
    size_t bytes[FILES];
    char content[FILES][CONTENT_MAX];
    char buffer[PART_MAX];
};

static struct client clients[CLIENTS_MAX];
static unsigned rounds;
static char copy_buffer[COPY_BYTES], program[PROGRAM_MAX];

/* ----------------------------------------------------------------- killing */

/* Kills a service `left` times, each up to `moment_us` after the last, from a
 * thread that is more urgent than all others: at any instruction of theirs.
 * But on a host that is slow a moment is nothing: so there is some progress
 * between any BURST_MAX + 1 of them. */
static struct {
    const char *service;
    volatile unsigned left;
    unsigned moment_us;
} deaths;

static volatile unsigned progress; /* requests that were answered */

static void
deaths_run(void *argument)
{
    uint64_t dice = ticks_now();
    unsigned seen = progress, burst = 0;
    struct message m;

    (void)argument;
    while (deaths.left > 0) {
        dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
        uint64_t wait = (dice >> 33) % (deaths.moment_us * TICKS_PER_US);

        if (sys_thread_deadline(ticks_now() + wait + 1, 1) != OK ||
            sys_endpoint_recv(HANDLE_NONE, 0, &m) != OK)
            give_up("waiting to kill", 0);
        burst = progress == seen ? burst : 0;
        seen = progress;
        if (burst < BURST_MAX &&
            service_order(startup_handle("admin"), SERVICE_KILL,
                          deaths.service) == OK) {
            deaths.left--;
            burst++;
        }
    }
}

static void
command_kill(const char *service, unsigned count, unsigned moment_us)
{
    static char name[COMMAND_BYTES];
    handle_t thread;

    snprintf(name, sizeof(name), "%s", service);
    deaths.service = name;
    deaths.left = count;
    deaths.moment_us = moment_us;
    if (thread_start(deaths_run, NULL, thread_stacks[THREADS_MAX], THREAD_BYTES,
                     50, &thread) != OK)
        give_up("starting a thread", 0);
    say("kill begins\n");
}

/* A conversation with the server of `path`, as a client that nobody else is. */
static struct file
root_open(const char *path)
{
    struct file root = {0};
    uint64_t client;
    handle_t names;
    size_t bytes;

    if (name_fork(startup_handle("names"), &client, &names) != OK ||
        name_lookup(names, path, &bytes, &root.server) != OK)
        give_up(path, 0);
    return root;
}

static struct file
file_begin(struct file *root, const char *path, uint64_t flags)
{
    struct file_status status;
    struct file file;
    int error = path_open(root, path, strlen(path), flags, &file, &status);

    if (error != 0)
        give_up(path, error);
    return file;
}

static void
must(const char *what, int error)
{
    if (error != 0)
        give_up(what, error);
}

/* -------------------------------------------------------------------- load */

static uint32_t
dice_throw(struct client *c, uint32_t limit)
{
    c->dice = c->dice * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(c->dice >> 33) % limit;
}

/* The file's name: "2/1", or "2/1x" when it is renamed. */
static void
name_make(const struct client *c, unsigned file, bool is_renamed, char *name)
{
    sprintf(name, "%u/%u%s", (unsigned)(c - clients), file,
            is_renamed ? "x" : "");
}

static void
client_begin(struct client *c)
{
    char name[16];

    memset(c, 0, sizeof(*c));
    c->root = root_open("/");
    c->dice = (uint64_t)(c - clients) + 1;
    sprintf(name, "%u", (unsigned)(c - clients));
    must("making a directory",
         path_make(&c->root, name, strlen(name), S_IFDIR | 0755));
    for (unsigned i = 0; i < FILES; i++) {
        name_make(c, i, false, name);
        c->files[i] = file_begin(&c->root, name,
                                 ALL_FLAGS | FILE_CREATE | FILE_EXCLUSIVE);
        progress++;
    }
}

/* Writes a random part of the file, or behind its end; a stream of those that
 * are done twice would make it longer. */
static void
part_write(struct client *c, unsigned file)
{
    size_t count = 1 + dice_throw(c, PART_MAX), at = c->bytes[file];
    bool is_end = dice_throw(c, 2) && at + count <= CONTENT_MAX;
    uint64_t done, behind;

    if (!is_end)
        at = dice_throw(c, CONTENT_MAX - PART_MAX);
    for (size_t i = 0; i < count; i++)
        c->content[file][at + i] = (char)dice_throw(c, 256);
    must("writing", file_write(&c->files[file], is_end ? FILE_END : at,
                               c->content[file] + at, count, &done, &behind));
    if (done != count || behind != at + count)
        give_up("writing all", (int)done);
    if (c->bytes[file] < behind)
        c->bytes[file] = behind;
}

static void
part_read(struct client *c, unsigned file)
{
    size_t at = dice_throw(c, CONTENT_MAX), count = PART_MAX;
    uint64_t done;

    if (at >= c->bytes[file])
        count = 0;
    else if (count > c->bytes[file] - at)
        count = c->bytes[file] - at;
    must("reading", file_read(&c->files[file], at, c->buffer, PART_MAX, &done));
    if (done != count || memcmp(c->buffer, c->content[file] + at, count) != 0)
        give_up("reading the same", (int)at);
}

static void
file_cut_or_grow(struct client *c, unsigned file)
{
    size_t size = dice_throw(c, CONTENT_MAX);

    must("truncating", file_truncate(&c->files[file], size));
    memset(c->content[file] + size, 0, CONTENT_MAX - size);
    c->bytes[file] = size;
}

static void
file_rename(struct client *c, unsigned file)
{
    char paths[32];
    size_t old;

    name_make(c, file, c->is_renamed[file], paths);
    old = strlen(paths);
    c->is_renamed[file] = !c->is_renamed[file];
    name_make(c, file, c->is_renamed[file], paths + old);
    must("renaming", path_rename(&c->root, paths, old, strlen(paths)));
}

/* A file comes and goes; each step works once only. */
static void
file_pass(struct client *c)
{
    uint64_t flags = ALL_FLAGS | FILE_CREATE | FILE_EXCLUSIVE, done, behind;
    struct file file;
    char name[16];

    sprintf(name, "%u/pass", (unsigned)(c - clients));
    file = file_begin(&c->root, name, flags);
    must("writing",
         file_write(&file, 0, c->content[0], PART_MAX, &done, &behind));
    must("removing", path_remove(&c->root, name, strlen(name), S_IFREG));
    must("closing", file_close(&file));
}

static void
client_run(void *argument)
{
    struct client *c = &clients[(uintptr_t)argument];

    for (unsigned i = 0; i < rounds; i++, progress++) {
        unsigned file = dice_throw(c, FILES);

        switch (dice_throw(c, 8)) {
        case 0:
            file_rename(c, file);
            break;
        case 1:
            file_cut_or_grow(c, file);
            break;
        case 2:
            file_pass(c);
            break;
        case 3:
        case 4:
            part_read(c, file);
            break;
        default:
            part_write(c, file);
            break;
        }
    }
    thread_done();
}

static void
command_load(unsigned count)
{
    char name[16];

    for (unsigned i = 0; i < count; i++)
        client_begin(&clients[i]);
    threads_run(client_run, count, LOAD_PRIORITY);
    for (unsigned i = 0; i < count; i++)
        for (unsigned file = 0; file < FILES; file++) {
            struct client *c = &clients[i];

            name_make(c, file, c->is_renamed[file], name);
            say("file %s %lu %08x\n", name, c->bytes[file],
                (unsigned)crc32(0, c->content[file], c->bytes[file]));
        }
    say("load done\n");
}

/* ------------------------------------------------------------ other commands
 */

/* Copies all of `from` to `to`, unless that is NULL. */
static void
command_copy(struct file *root, const char *from, const char *to)
{
    struct file source = file_begin(root, from, FILE_TO_READ), target;
    uint64_t at = 0, done, written, behind;
    uint32_t sum = 0;

    if (to)
        target = file_begin(root, to, FILE_TO_WRITE | FILE_CREATE | FILE_EMPTY);
    for (;; at += done, progress++) {
        must("reading", file_read(&source, at, copy_buffer, COPY_BYTES, &done));
        if (done == 0)
            break;
        sum = to ? sum : crc32(sum, copy_buffer, done);
        for (uint64_t i = 0; to && i < done; i += written)
            must("writing", file_write(&target, at + i, copy_buffer + i,
                                       done - i, &written, &behind));
    }
    must("closing", file_close(&source));
    if (to)
        must("closing", file_close(&target));
    say("%s %lu %08x\n", to ? "copy" : "sum", at, (unsigned)sum);
}

static void
command_swap(const char *path)
{
    struct file root = root_open("/bin");
    struct file file = file_begin(&root, path, FILE_TO_READ);
    uint64_t bytes = 0, done;
    err_t error;

    do {
        must("reading", file_read(&file, bytes, program + bytes,
                                  PROGRAM_MAX - bytes, &done));
        bytes += done;
    } while (done > 0);
    /* The last one that was killed may still be starting. */
    do {
        error = service_swap(startup_handle("admin"), "fs", program, bytes);
        sys_thread_yield();
    } while (error == ERR_BUSY);
    say("swap %d\n", error);
}

static void
command_cost(struct file *root, unsigned count)
{
    struct file file = file_begin(root, "cost", ALL_FLAGS | FILE_CREATE);
    uint64_t done, behind, start, reading;

    must("writing",
         file_write(&file, 0, copy_buffer, COPY_BYTES, &done, &behind));
    start = instructions_billed();
    for (unsigned i = 0; i < count; i++)
        must("reading",
             file_read(&file, i % 8 * 4096, copy_buffer, 4096, &done));
    reading = instructions_billed() - start;
    start = instructions_billed();
    for (unsigned i = 0; i < count; i++)
        must("writing", file_write(&file, i % 8 * 4096, copy_buffer, 4096,
                                   &done, &behind));
    say("cost %lu %lu\n", reading / count,
        (instructions_billed() - start) / count);
    must("closing", file_close(&file));
}

static void
command_sync(struct file *root)
{
    struct file file = file_begin(root, "", FILE_TO_READ);

    say("sync %d\n", file_sync(&file));
    must("closing", file_close(&file));
}

static void
command_run(struct file *root, const char *const words[COMMAND_WORDS])
{
    const char *name = words[0];

    if (strcmp(name, "load") == 0) {
        rounds = number(words[2]);
        command_load(number(words[1]));
    } else if (strcmp(name, "kill") == 0) {
        command_kill(words[1], number(words[2]), number(words[3]));
    } else if (strcmp(name, "calm") == 0) {
        deaths.left = 0;
        say("calm again\n");
    } else if (strcmp(name, "restarts") == 0) {
        killer_tell(words[1]);
    } else if (strcmp(name, "copy") == 0) {
        command_copy(root, words[1], words[2]);
    } else if (strcmp(name, "sum") == 0) {
        command_copy(root, words[1], NULL);
    } else if (strcmp(name, "swap") == 0) {
        command_swap(words[1]);
    } else if (strcmp(name, "sync") == 0) {
        command_sync(root);
    } else if (strcmp(name, "cost") == 0) {
        command_cost(root, number(words[1]));
    } else if (strcmp(name, "off") == 0) {
        (void)!service_power(startup_handle("admin"), SERVICE_POWER_OFF, 0);
    }
}

/* Waits until all others serve, and init has said so in the log: from then on
 * what comes over the line is ours. */
static void
others_wait(void)
{
    struct service_status status;
    uint64_t position = 0;

    while (service_list(startup_handle("admin"), &position, &status) == OK)
        if (status.state == SERVICE_IS_STARTING &&
            strcmp(status.name, "client") != 0) {
            position = 0;
            sys_thread_yield();
        }
}

static char stack[8192] __attribute__((aligned(16)));

static void
commands_run(handle_t self)
{
    const char *words[COMMAND_WORDS];
    struct file root;
    handle_t fs;

    (void)self;
    console_start();
    if (name_wait(startup_handle("names"), "/", &fs) != OK)
        give_up("no files", 0);
    root = root_open("/");
    others_wait();
    say("client ready\n");
    for (;;) {
        command_read_words(words);
        command_run(&root, words);
    }
}

int
main(void)
{
    thread_continue(commands_run, stack, sizeof(stack), LOAD_PRIORITY);
}

/* SPDX-License-Identifier: MIT */
/* Reads and writes the disk as the host commands.
 *
 *     info                  how large it is
 *     read SECTOR COUNT     answers the error and a sum
 *     write SECTOR COUNT V  writes version V there; answers the error
 *     flush
 *     clients N ROUNDS      N at once, each reads and writes a part of its own;
 *                           answers, of each, the sum of what must be there
 *     kill N US             kills the driver N times, after up to US each
 *     restarts              how often it was started again
 *     refusals              what cannot be
 *     clock                 what time it is
 *     cost N                instructions for reading 4 KiB, on average of N */
#include "../command.h"

#include <proto/block.h>
#include <proto/clock.h>

enum {
    LOAD_PRIORITY = 20,
    PART_SECTORS = 1024,
    WORDS = SECTOR_BYTES / 8,
    BUFFER_BYTES = BLOCK_SECTORS_MAX * SECTOR_BYTES,
};

static handle_t disk;
static uint64_t buffers[THREADS_MAX][BUFFER_BYTES / 8];
static unsigned versions[THREADS_MAX][PART_SECTORS];
static unsigned rounds;

/* What version `version` of a sector has at its word `place`. */
static uint64_t
content(uint64_t sector, unsigned version, unsigned place)
{
    uint64_t x = sector << 32 | version << 8 | place;

    if (version == 0)
        return 0;
    x *= UINT64_C(0x9e3779b97f4a7c15);
    return x ^ x >> 29;
}

static void
fill(uint64_t *words, uint64_t sector, unsigned count, const unsigned *version)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned place = 0; place < WORDS; place++)
            *words++ = content(sector + i, version[i], place);
}

static bool
is_filled(const uint64_t *words, uint64_t sector, unsigned count,
          const unsigned *version)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned place = 0; place < WORDS; place++)
            if (*words++ != content(sector + i, version[i], place))
                return false;
    return true;
}

/* Reads, or writes new versions of, a few sectors of the part. */
static void
client_round(unsigned client, uint64_t dice)
{
    unsigned *version = versions[client];
    unsigned first = (unsigned)(dice >> 8) % PART_SECTORS;
    unsigned count =
        (dice >> 32) % 4 ? 8 : 1 + (dice >> 40) % BLOCK_SECTORS_MAX;
    uint64_t sector = (uint64_t)client * PART_SECTORS + first;
    int error;

    if (count > PART_SECTORS - first)
        count = PART_SECTORS - first;
    if (dice >> 63) {
        error = block_read(disk, sector, buffers[client], count);
        if (error == 0 &&
            !is_filled(buffers[client], sector, count, version + first))
            say("clients %u read something else at %lu\n", client, sector);
    } else {
        for (unsigned i = 0; i < count; i++)
            version[first + i]++;
        fill(buffers[client], sector, count, version + first);
        error = block_write(disk, sector, buffers[client], count);
    }
    if (error != 0)
        give_up("a client's request", error);
}

static void
client_run(void *argument)
{
    unsigned client = (unsigned)(uintptr_t)argument;
    uint64_t dice = client + 1;

    for (unsigned i = 0; i < rounds; i++) {
        dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
        client_round(client, dice);
    }
    if (block_flush(disk) != 0)
        give_up("a client's flush", 0);
    thread_done();
}

static void
command_clients(unsigned count)
{
    threads_run(client_run, count, LOAD_PRIORITY);
    for (unsigned client = 0; client < count; client++) {
        uint32_t sum = 0;

        for (unsigned i = 0; i < PART_SECTORS; i++) {
            fill(buffers[0], client * PART_SECTORS + i, 1,
                 &versions[client][i]);
            sum = crc32(sum, buffers[0], SECTOR_BYTES);
        }
        say("client %u %08x\n", client, (unsigned)sum);
    }
    say("clients done\n");
}

static void
command_read(uint64_t sector, unsigned count)
{
    int error = block_read(disk, sector, buffers[0], count);

    say("read %d %08x\n", error,
        error ? 0 : (unsigned)crc32(0, buffers[0], count * SECTOR_BYTES));
}

static void
command_write(uint64_t sector, unsigned count, unsigned version)
{
    for (unsigned i = 0; i < count; i++)
        fill(buffers[0] + i * WORDS, sector + i, 1, &version);
    say("write %d\n", block_write(disk, sector, buffers[0], count));
}

static void
refused(const char *what, int got, int expected)
{
    if (got != expected)
        say("refusals %s: %d and not %d\n", what, got, expected);
}

static void
command_refusals(void)
{
    struct message m = {.header = 99};
    uint64_t sectors = 0;
    bool is_read_only;

    refused("info", block_info(disk, &sectors, &is_read_only), 0);
    refused("behind the end", block_read(disk, sectors, buffers[0], 1), EINVAL);
    refused("across the end", block_read(disk, sectors - 1, buffers[0], 2),
            EINVAL);
    refused("far away", block_write(disk, UINT64_MAX, buffers[0], 1), EINVAL);
    refused("none", block_read(disk, 0, buffers[0], 0), EINVAL);
    refused("too many", block_read(disk, 0, buffers[0], BLOCK_SECTORS_MAX + 1),
            EINVAL);
    refused("another request", block_call(disk, &m, 0, NULL, 0), ENOSYS);
    m = (struct message){.header = BLOCK_READ, .words = {0, 2}};
    refused("less room than it needs",
            block_call(disk, &m, MESSAGE_LEASE_WRITE, buffers[0], SECTOR_BYTES),
            EFAULT);
    m = (struct message){.header = BLOCK_WRITE, .words = {0, 1}};
    refused("lent the other way",
            block_call(disk, &m, MESSAGE_LEASE_WRITE, buffers[0], SECTOR_BYTES),
            EFAULT);
    refused("the last one", block_read(disk, sectors - 1, buffers[0], 1), 0);
    say("refusals done\n");
}

static void
command_clock(void)
{
    handle_t clock;
    uint64_t time;

    if (name_wait(startup_handle("names"), "/dev/clock", &clock) != OK ||
        clock_read(clock, &time) != OK)
        give_up("the clock", 0);
    say("clock %lu\n", time);
}

static void
command_cost(unsigned count)
{
    uint64_t before = instructions_billed(), start = instructions_billed();
    uint64_t asking = start - before;

    for (unsigned i = 0; i < count; i++)
        if (block_read(disk, 8 * (uint64_t)i, buffers[0], 8) != 0)
            give_up("reading", 0);
    say("cost %lu\n", (instructions_billed() - start - asking) / count);
}

static void
command_run(const char *const words[COMMAND_WORDS])
{
    const char *name = words[0];
    unsigned first = number(words[1]), second = number(words[2]);
    uint64_t sectors = 0;
    bool is_read_only = false;
    int error;

    if (strcmp(name, "info") == 0) {
        error = block_info(disk, &sectors, &is_read_only);
        say("info %d %lu %d\n", error, sectors, is_read_only);
    } else if (strcmp(name, "read") == 0) {
        command_read(strtoul(words[1], NULL, 10), second);
    } else if (strcmp(name, "write") == 0) {
        command_write(strtoul(words[1], NULL, 10), second, number(words[3]));
    } else if (strcmp(name, "flush") == 0) {
        say("flush %d\n", block_flush(disk));
    } else if (strcmp(name, "clients") == 0) {
        rounds = second;
        command_clients(first);
    } else if (strcmp(name, "kill") == 0) {
        killer_start("disk", first, second, false);
        say("kill begins\n");
    } else if (strcmp(name, "restarts") == 0) {
        killer_tell("disk");
    } else if (strcmp(name, "refusals") == 0) {
        command_refusals();
    } else if (strcmp(name, "clock") == 0) {
        command_clock();
    } else if (strcmp(name, "cost") == 0) {
        command_cost(first);
    }
}

static char stack[8192] __attribute__((aligned(16)));

static void
reader_run(handle_t self)
{
    const char *words[COMMAND_WORDS];

    (void)self;
    console_start();
    if (name_wait(startup_handle("names"), "/dev/disk", &disk) != OK)
        give_up("no disk", 0);
    say("reader ready\n");
    for (;;) {
        command_read_words(words);
        command_run(words);
    }
}

int
main(void)
{
    thread_continue(reader_run, stack, sizeof(stack), LOAD_PRIORITY);
}

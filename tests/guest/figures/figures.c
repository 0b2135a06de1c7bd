/* SPDX-License-Identifier: MIT */
/* What the system's services cost, in instructions: the client's, the servers'
 * and the kernel's, all together.
 *
 * Where nothing waits for a device the hart's own counter is right. Where
 * something does, it would count on in between: there the kernel's bills of all
 * threads are added up.
 *
 * Prints "figure NAME INSTRUCTIONS ROUNDS" to the log, and switches the machine
 * off. Grants: "names", "disk", "admin", "machine" (LOG, INSPECT). */
#include <lib/inspect.h>
#include <lib/program.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/block.h>
#include <proto/file.h>
#include <proto/names.h>
#include <proto/service.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ROUNDS = 200,
    LINE = 64,          /* characters written to the console at a time */
    BIG_BYTES = 4 << 20 /* of the file that is copied */
};

static char page[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static char room[16384] __attribute__((aligned(PAGE_BYTES)));

static void
report(const char *name, uint64_t instructions, uint64_t rounds)
{
    union {
        uint64_t words[MACHINE_LOG_BYTES / 8];
        char text[MACHINE_LOG_BYTES];
    } line;
    char text[80];
    size_t length = (size_t)snprintf(text, sizeof(text), "figure %s %lu %lu\n",
                                     name, instructions, rounds);

    for (size_t at = 0; at < length; at += sizeof(line)) {
        size_t bytes = length - at < sizeof(line) ? length - at : sizeof(line);

        memcpy(line.text, text + at, bytes);
        (void)!sys_machine_log(startup_handle("machine"), bytes, line.words);
    }
}

/* Ends everything: a figure of what went wrong would be none. */
static void
check(bool is_good, const char *what)
{
    if (is_good)
        return;
    report(what, 0, 0);
    (void)!service_power(startup_handle("admin"), SERVICE_POWER_OFF, 1);
    exit(EXIT_FAILURE);
}

static uint64_t
instructions(void)
{
    uint64_t count;

    __asm__ volatile("rdinstret %0" : "=r"(count)::"memory");
    return count;
}

/* What all threads were billed for so far. */
static uint64_t
bills(void)
{
    static struct system_view view;
    uint64_t sum = 0;

    sys_thread_yield(); /* closes our own */
    check(system_inspect(startup_handle("machine"), &view) == OK, "inspect");
    for (size_t i = 0; i < view.thread_count; i++)
        sum += view.threads[i].instructions;
    return sum;
}

/* What it costs to look at the bills. */
static uint64_t
bills_overhead(void)
{
    uint64_t before = bills();

    before = bills();
    return bills() - before;
}

static void
measure_files(void)
{
    struct file root = {.sequence = FILE_SEQUENCE_OTHER}, file;
    struct file_status status;
    uint64_t start, done, behind;
    size_t bytes;

    check(name_lookup(startup_handle("names"), "/figures", &bytes,
                      &root.server) == OK,
          "names");
    check(path_open(&root, "figures", 7,
                    FILE_TO_READ | FILE_TO_WRITE | FILE_CREATE, &file,
                    &status) == 0,
          "open");
    check(file_write(&file, 0, page, sizeof(page), &done, &behind) == 0,
          "write");

    check(file_read(&file, 0, page, sizeof(page), &done) == 0, "read");
    start = instructions();
    for (unsigned i = 0; i < ROUNDS; i++)
        check(file_read(&file, 0, page, sizeof(page), &done) == 0 &&
                  done == sizeof(page),
              "read");
    report("fs_read_4k_cached", instructions() - start, ROUNDS);

    start = instructions();
    for (unsigned i = 0; i < ROUNDS; i++)
        check(file_write(&file, 0, page, sizeof(page), &done, &behind) == 0 &&
                  done == sizeof(page),
              "write");
    report("fs_write_4k", instructions() - start, ROUNDS);
    check(file_close(&file) == 0, "close");
}

static void
measure_disk(void)
{
    uint64_t overhead = bills_overhead();
    uint64_t start = bills();

    for (unsigned i = 0; i < ROUNDS; i++)
        check(block_read(startup_handle("disk"), 8 * i, page,
                         sizeof(page) / SECTOR_BYTES) == 0,
              "block_read");
    report("blk_read_4k", bills() - start - overhead, ROUNDS);
}

static void
measure_console(void)
{
    char line[LINE];
    uint64_t start;

    memset(line, '.', sizeof(line));
    line[LINE - 1] = '\n';
    check(write(STDOUT_FILENO, line, sizeof(line)) == LINE, "console");
    start = instructions();
    for (unsigned i = 0; i < ROUNDS; i++)
        check(write(STDOUT_FILENO, line, sizeof(line)) == LINE, "console");
    report("console_char", instructions() - start, ROUNDS * LINE);
}

/* Starts hello and waits until it has ended. */
static void
hello_run(handle_t ends)
{
    struct program_request request = {
        .path = "/bin/hello",
        .files = {[STDOUT_FILENO] = {"/dev/console", O_WRONLY}},
        .priority = 16,
        .supervisor = ends,
    };
    struct program program;
    struct message m;

    check(program_start(&request, &program) == 0, "start");
    check(sys_endpoint_recv(ends, 0, &m) == OK && (m.header & MESSAGE_ENDED) &&
              m.words[0] == ENDED_EXIT && m.words[1] == 0,
          "hello");
    program_end(&program);
}

static void
measure_spawn(void)
{
    handle_t ends;
    uint64_t start;

    check(sys_endpoint_create(startup_handle("self"), &ends) == OK, "ends");
    hello_run(ends);
    start = instructions();
    for (unsigned i = 0; i < ROUNDS / 10; i++)
        hello_run(ends);
    report("spawn_hello", instructions() - start, ROUNDS / 10);
}

/* Writes all of `room`, in as many pieces as it takes. */
static void
room_write(int file)
{
    for (size_t at = 0; at < sizeof(room);) {
        ssize_t done = write(file, room + at, sizeof(room) - at);

        check(done > 0, "write");
        at += (size_t)done;
    }
}

/* As cp does it. */
static void
measure_copy(void)
{
    int from = open("/from", O_RDWR | O_CREAT | O_TRUNC, 0666);
    int to = open("/to", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    uint64_t overhead, start;

    check(from >= 0 && to >= 0, "open");
    for (size_t at = 0; at < BIG_BYTES; at += sizeof(room)) {
        memset(room, (int)(at >> 14), sizeof(room));
        room_write(from);
    }
    check(fsync(from) == 0 && lseek(from, 0, SEEK_SET) == 0, "sync");

    overhead = bills_overhead();
    start = bills();
    for (size_t at = 0; at < BIG_BYTES; at += sizeof(room)) {
        check(read(from, room, sizeof(room)) == sizeof(room), "read");
        room_write(to);
    }
    check(fsync(to) == 0, "sync");
    report("copy_4m", bills() - start - overhead, 1);
    check(close(from) == 0 && close(to) == 0, "close");
}

/* What it took to come here: init has started us last, and all others have
 * answered at least once when this is done. */
static void
measure_start(void)
{
    int file = open("/", O_RDONLY);

    check(file >= 0 && close(file) == 0, "open");
    report("boot_services", bills() - bills_overhead(), 1);
}

int
main(void)
{
    measure_start();
    measure_files();
    measure_disk();
    measure_console();
    measure_spawn();
    measure_copy();
    (void)!service_power(startup_handle("admin"), SERVICE_POWER_OFF, 0);
    return EXIT_FAILURE;
}

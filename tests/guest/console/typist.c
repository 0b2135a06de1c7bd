/* SPDX-License-Identifier: MIT */
/* Reads and writes the console as the host commands.
 *
 *     lines N          reads N lines; answers their bytes, lines and sum
 *     keys N           the same with N bytes, as they are typed
 *     readers N        N readers at once, each of one line; says what each got
 *     writers N LINES  N writers at once, each of so many lines
 *     watch            waits for Ctrl-C, and reads
 *     flood            four writers write until Ctrl-C
 *     kill N US [tell] kills the driver N times, from now on, after up to US
 *                      each; and says when it has
 *     restarts         how often it was started again
 *     gone             closes and opens files until the table must be full
 *     closed N         N times, closes a file that is being read; says how
 *                      many readers were told
 *     refusals         what cannot be
 *     cost N           instructions for a write of 64 bytes, on average of N
 */
#include "../command.h"

#include <proto/terminal.h>

enum { LOAD_PRIORITY = 20, URGENT = 50 };

static unsigned thread_lines;
static handle_t typist_thread;
static bool is_flooded;
static unsigned readers_told;

static void
command_lines(const char *name, unsigned count, bool is_keys)
{
    unsigned bytes = 0, lines = 0;
    uint32_t sum = 0;
    enum terminal_mode before;

    if (is_keys && terminal_mode(&console, TERMINAL_KEYS, &before) != 0)
        give_up("another mode", 0);
    say("%s ready\n", name);
    while ((is_keys ? bytes : lines) < count) {
        char text[600];
        uint64_t done;
        int error = file_read(&console, 0, text, sizeof(text), &done);

        if (error != 0)
            give_up("reading", error);
        sum = crc32(sum, text, done);
        bytes += (unsigned)done;
        lines += done > 0 && text[done - 1] == '\n';
        if (done == 0)
            break;
    }
    if (is_keys && terminal_mode(&console, TERMINAL_LINES, &before) != 0)
        give_up("the mode before", 0);
    say("%s %u %u %08x\n", name, bytes, lines, (unsigned)sum);
}

static void
reader_run(void *argument)
{
    struct file file = console_another();
    char text[128], answer[160];
    uint64_t done;

    if (file_read(&file, 0, text, sizeof(text), &done) != 0)
        give_up("one of the readers", 0);
    snprintf(answer, sizeof(answer), "readers %lu %.*s",
             (unsigned long)(uintptr_t)argument, (int)done, text);
    file_write_all(&file, answer, strlen(answer));
    if (file_close(&file) != 0)
        give_up("closing", 0);
    thread_done();
}

static void
writer_run(void *argument)
{
    struct file file = console_another();
    char text[80];

    for (unsigned i = 0; i < thread_lines; i++) {
        /* Of different lengths, each in one write. */
        int length =
            snprintf(text, sizeof(text), "w%lu %06u %.*s.\n",
                     (unsigned long)(uintptr_t)argument, i, (int)(i * 7 % 40),
                     "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq");

        file_write_all(&file, text, (size_t)length);
    }
    if (file_close(&file) != 0)
        give_up("closing", 0);
    thread_done();
}

/* Reads a line, more urgently than we do: it waits for it when we go on. */
static void
interrupted_run(void *argument)
{
    struct file file = console_another();
    char text[64];
    uint64_t done;

    *(int *)argument = file_read(&file, 0, text, sizeof(text), &done);
    if (file_close(&file) != 0)
        give_up("closing", 0);
    thread_done();
}

static void
watch_begin(void)
{
    handle_t marked;

    if (sys_handle_mint(typist_thread, startup_handle("self"),
                        THREAD_SIGNAL | RIGHT_MOVE | RIGHT_DERIVE, 4,
                        &marked) != OK ||
        terminal_watch(console.server, marked) != OK)
        give_up("watching", 0);
}

static void
command_watch(void)
{
    static int error;
    handle_t thread;
    struct message m;

    watch_begin();
    if (thread_start(interrupted_run, &error, thread_stacks[0], THREAD_BYTES,
                     URGENT, &thread) != OK)
        give_up("a reader", 0);
    threads_running = 1;
    say("watch ready\n");
    while (__atomic_load_n(&threads_running, __ATOMIC_ACQUIRE) > 0)
        sys_thread_yield();
    if (sys_endpoint_recv(HANDLE_NONE, 0, &m) != OK)
        give_up("no signal", 0);
    say("watch %s, signal %lu\n", error == EINTR ? "EINTR" : "a line",
        m.words[0]);
}

/* Writes until it is told to stop. */
static void
flood_run(void *argument)
{
    struct file file = console_another();

    (void)argument;
    while (!__atomic_load_n(&is_flooded, __ATOMIC_ACQUIRE))
        file_write_all(&file, "a line of the flood\n", 20);
    if (file_close(&file) != 0)
        give_up("closing", 0);
    thread_done();
}

static void
command_flood(void)
{
    handle_t thread;
    struct message m;

    watch_begin();
    is_flooded = false;
    threads_running = 4;
    for (unsigned i = 0; i < 4; i++)
        if (thread_start(flood_run, NULL, thread_stacks[i], THREAD_BYTES,
                         LOAD_PRIORITY, &thread) != OK)
            give_up("a writer", 0);
    if (sys_endpoint_recv(HANDLE_NONE, 0, &m) != OK)
        give_up("no signal", 0);
    __atomic_store_n(&is_flooded, true, __ATOMIC_RELEASE);
    while (__atomic_load_n(&threads_running, __ATOMIC_ACQUIRE) > 0)
        sys_thread_yield();
    say("flood ends, signal %lu\n", m.words[0]);
}

/* What is opened by nobody any more is not open. */
static void
command_gone(void)
{
    for (unsigned i = 0; i < 300; i++) {
        struct file file = console_another();

        if (file_close(&file) != 0)
            give_up("closing", 0);
        if (file_close(&file) != 0) /* another request, of no open file */
            give_up("closing twice", 0);
    }
    say("gone ok\n");
}

/* Who waits for a line of a file that is closed does not wait for ever. */
static void
closed_run(void *argument)
{
    char byte;
    uint64_t done;

    if (file_read(argument, 0, &byte, 1, &done) == EBADF)
        __atomic_add_fetch(&readers_told, 1, __ATOMIC_RELEASE);
    thread_done();
}

static void
command_closed(unsigned count)
{
    readers_told = 0;
    for (unsigned i = 0; i < count; i++) {
        struct file file = console_another();
        struct file closing = {file.server, file.number, 1000};
        handle_t thread;

        threads_running = 1;
        if (thread_start(closed_run, &file, thread_stacks[0], THREAD_BYTES,
                         URGENT, &thread) != OK)
            give_up("a reader", 0);
        if (file_close(&closing) != 0)
            give_up("closing", 0);
        while (__atomic_load_n(&threads_running, __ATOMIC_ACQUIRE) > 0)
            sys_thread_yield();
        (void)!sys_handle_close(thread);
    }
    say("closed %u\n", readers_told);
}

/* Writes of 64 bytes, as a program does that prints lines. */
static void
command_cost(unsigned count)
{
    static const char line[] = "123456789 123456789 123456789 123456789 "
                               "123456789 123456789 123\n";
    uint64_t before = instructions_billed(), start = instructions_billed();
    uint64_t asking = start - before;

    for (unsigned i = 0; i < count; i++)
        file_write_all(&console, line, 64);
    say("cost %lu\n", (instructions_billed() - start - asking) / count);
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
    struct file *root = &console_root, file;
    struct file only, nobody = {console.server, 77, 0};
    struct file_status status;
    uint64_t done, behind = 0;
    char byte = 0;

    refused("a path", path_open(root, "x", 1, FILE_TO_READ, &file, &status),
            ENOENT);
    refused(
        "a directory",
        path_open(root, "", 0, FILE_TO_READ | FILE_DIRECTORY, &file, &status),
        ENOTDIR);
    refused(
        "new",
        path_open(root, "", 0, FILE_CREATE | FILE_EXCLUSIVE, &file, &status),
        EEXIST);
    refused("to write only",
            path_open(root, "", 0, FILE_TO_WRITE, &only, &status), 0);
    refused("reading it", file_read(&only, 0, &byte, 1, &done), EBADF);
    refused("of no file", file_read(&nobody, 0, &byte, 1, &done), EBADF);
    refused("writing it", file_write(&nobody, 0, &byte, 1, &done, &behind),
            EBADF);
    refused("no bytes", file_read(&console, 0, &byte, 0, &done), 0);
    refused("a list", file_list(&console, &behind, &byte, 1, &done), ENOTDIR);
    refused("a name", path_remove(root, "x", 1, 0), ENOSYS);
    refused("cutting", file_truncate(&console, 0), 0);
    refused("syncing", file_sync(&console), 0);
    refused("what it is", file_stat(&console, &status), 0);
    refused("a device", S_ISCHR(status.mode) ? 0 : 1, 0);
    refused("closing", file_close(&only), 0);
    say("refusals done\n");
}

static void
typist_run(handle_t self)
{
    const char *words[COMMAND_WORDS];

    typist_thread = self;
    console_start();
    say("typist ready\n");
    for (;;) {
        command_read_words(words);
        if (strcmp(words[0], "lines") == 0 || strcmp(words[0], "keys") == 0) {
            command_lines(words[0], number(words[1]), words[0][0] == 'k');
        } else if (strcmp(words[0], "readers") == 0) {
            threads_run(reader_run, number(words[1]), LOAD_PRIORITY);
        } else if (strcmp(words[0], "writers") == 0) {
            thread_lines = number(words[2]);
            threads_run(writer_run, number(words[1]), LOAD_PRIORITY);
            say("writers done\n");
        } else if (strcmp(words[0], "watch") == 0) {
            command_watch();
        } else if (strcmp(words[0], "flood") == 0) {
            command_flood();
        } else if (strcmp(words[0], "gone") == 0) {
            command_gone();
        } else if (strcmp(words[0], "closed") == 0) {
            command_closed(number(words[1]));
        } else if (strcmp(words[0], "refusals") == 0) {
            command_refusals();
        } else if (strcmp(words[0], "kill") == 0) {
            /* Said before: it could come after the killer's last word. */
            say("kill begins\n");
            killer_start("console", number(words[1]), number(words[2]),
                         words[3][0] != '\0');
        } else if (strcmp(words[0], "cost") == 0) {
            command_cost(number(words[1]));
        } else if (strcmp(words[0], "restarts") == 0) {
            killer_tell("console");
        } else if (words[0][0]) {
            say("%s ?\n", words[0]);
        }
    }
}

static char stack[8192] __attribute__((aligned(16)));

int
main(void)
{
    thread_continue(typist_run, stack, sizeof(stack), LOAD_PRIORITY);
}

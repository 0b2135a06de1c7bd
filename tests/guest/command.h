/* SPDX-License-Identifier: MIT */
/* For programs that the host talks to over the console: one line is one
 * command, words with a space between, and each is answered by a line that
 * begins with its first word. */
#pragma once

#include <lib/lock.h>
#include <lib/startup.h>
#include <lib/thread.h>
#include <lib/ticks.h>
#include <proto/file.h>
#include <proto/names.h>
#include <proto/service.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COMMAND_BYTES = 256,
    COMMAND_WORDS = 6,
    ALL_FLAGS = FILE_TO_READ | FILE_TO_WRITE,
    THREAD_BYTES = 4096,
    TICKS_PER_US = 10,
};

static struct file console_root; /* for one thread at a time */
static struct __lock console_lock;
static struct file console;

_Noreturn static void
give_up(const char *what, int error)
{
    printf("test FAILED: %s: %d\n", what, error);
    exit(EXIT_FAILURE);
}

/* Opens the console once more. */
static struct file
console_another(void)
{
    struct file_status status;
    struct file file;
    int error;

    lock_acquire(&console_lock);
    error = path_open(&console_root, "", 0, ALL_FLAGS, &file, &status);
    lock_release(&console_lock);
    if (error != 0 || !S_ISCHR(status.mode))
        give_up("opening the console", error);
    return file;
}

static void
console_start(void)
{
    if (name_wait(startup_handle("names"), "/dev/console",
                  &console_root.server) != OK)
        give_up("no console", 0);
    console = console_another();
}

/* Writes all of it, in as many calls as it takes. */
static void
file_write_all(struct file *file, const char *text, size_t bytes)
{
    uint64_t done = 0, behind;

    for (; bytes > 0; text += done, bytes -= done) {
        int error = file_write(file, FILE_END, text, bytes, &done, &behind);

        if (error != 0)
            give_up("writing", error);
    }
}

__attribute__((format(printf, 1, 2))) static void
say(const char *format, ...)
{
    char text[COMMAND_BYTES];
    va_list list;
    int length;

    va_start(list, format);
    length = vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    file_write_all(&console, text, (size_t)length);
}

/* The next command's words; those that it has not are "". */
static void
command_read_words(const char *words[COMMAND_WORDS])
{
    static char line[COMMAND_BYTES];
    uint64_t done = 0;
    unsigned count = 0;
    char *rest = line, *word;
    int error;

    do
        error = file_read(&console, 0, line, sizeof(line) - 1, &done);
    while (error == EINTR || (error == 0 && done == 0));
    if (error != 0)
        give_up("reading a command", error);
    line[done] = '\0';
    for (unsigned i = 0; i < COMMAND_WORDS; i++)
        words[i] = "";
    while (count < COMMAND_WORDS && (word = strtok_r(rest, " \n", &rest)))
        words[count++] = word;
}

static inline unsigned
number(const char *word)
{
    return (unsigned)strtoul(word, NULL, 10);
}

/* As zlib has it. */
static inline uint32_t
crc32(uint32_t crc, const void *bytes, size_t count)
{
    const unsigned char *at = bytes;

    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        crc ^= at[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

/* Instructions that all threads together have been billed. Those of a machine
 * that waits are nobody's. Needs the grant `inspect`. */
static inline uint64_t
instructions_billed(void)
{
    handle_t machine = startup_handle("machine");
    struct inspection thread = {{0}};
    uint64_t sum = 0;

    sys_thread_yield(); /* ours are billed when another has run */
    for (uint64_t id = 0;; id = thread.values[0] + 1) {
        if (sys_machine_inspect(machine, id, 0, &thread) != OK ||
            thread.values[0] == 0)
            return sum;
        sum += thread.values[3];
    }
}

/* ------------------------------------------------------------------- threads
 */

enum { THREADS_MAX = 8 };

static char thread_stacks[THREADS_MAX + 1][THREAD_BYTES]
    __attribute__((aligned(16)));
static unsigned threads_running;

/* Runs `function` in `count` threads, with numbers from 0 on as arguments, and
 * waits until all are done. */
static inline void
threads_run(void (*function)(void *argument), unsigned count, unsigned priority)
{
    handle_t thread;

    threads_running = count;
    for (uintptr_t i = 0; i < count; i++)
        if (thread_start(function, (void *)i, thread_stacks[i], THREAD_BYTES,
                         priority, &thread) != OK)
            give_up("starting a thread", 0);
    while (__atomic_load_n(&threads_running, __ATOMIC_ACQUIRE) > 0)
        sys_thread_yield();
}

static inline void
thread_done(void)
{
    __atomic_sub_fetch(&threads_running, 1, __ATOMIC_RELEASE);
}

/* ------------------------------------------------------------------- killing
 */

/* Kills a service at moments that nobody knows, from a thread that is more
 * urgent than all others: at any instruction of theirs. */
static struct {
    const char *service;
    unsigned left;
    unsigned moment_us; /* at most so long between two */
    bool tells;         /* when it is through */
} killer;

static void
killer_run(void *argument)
{
    uint64_t dice = ticks_now();
    struct message m;

    (void)argument;
    while (killer.left > 0) {
        dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
        uint64_t wait = (dice >> 33) % (killer.moment_us * TICKS_PER_US);

        if (sys_thread_deadline(ticks_now() + wait + 1, 1) != OK ||
            sys_endpoint_recv(HANDLE_NONE, 0, &m) != OK)
            give_up("waiting to kill", 0);
        /* ERR_BUSY: its successor is not there yet. */
        if (service_order(startup_handle("admin"), SERVICE_KILL,
                          killer.service) == OK)
            killer.left--;
    }
    if (killer.tells) {
        struct file file = console_another();

        file_write_all(&file, "kill ends\n", 10);
    }
}

/* Says how often the service has been started again. */
static inline void
killer_tell(const char *service)
{
    handle_t admin = startup_handle("admin");
    struct service_status status;
    uint64_t position = 0;

    while (service_list(admin, &position, &status) == OK)
        if (strcmp(status.name, service) == 0)
            say("restarts %lu\n", status.restarts);
}

static inline void
killer_start(const char *service, unsigned count, unsigned moment_us,
             bool tells)
{
    handle_t thread;

    killer.service = service;
    killer.left = count;
    killer.moment_us = moment_us;
    killer.tells = tells;
    if (thread_start(killer_run, NULL, thread_stacks[THREADS_MAX], THREAD_BYTES,
                     50, &thread) != OK)
        give_up("starting the killer", 0);
}

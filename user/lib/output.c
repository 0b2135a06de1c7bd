/* SPDX-License-Identifier: MIT */
/* stdout and stderr of a program that has no files go to the machine's log,
 * through the grant "machine".
 *
 * One log call carries 40 bytes, so that is the buffer: a line of up to 40
 * characters comes out whole, whoever else is writing. Without the grant
 * output is thrown away and counts as an error. There is no input. */
#include <lib/output.h>

#include <lib/lock.h>
#include <lib/syscall.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

static handle_t output_log; /* a machine handle to write with */

/* What was printed and not yet logged. */
static struct {
    struct __lock lock;
    uint64_t length;
    union {
        uint64_t words[MACHINE_LOG_BYTES / 8];
        char bytes[MACHINE_LOG_BYTES];
    };
} line;

void
output_start(handle_t machine)
{
    output_log = machine;
}

/* Logs the line so far. False if that is not possible. */
static bool
line_flush(void)
{
    uint64_t length = line.length;

    line.length = 0;
    return length == 0 || sys_machine_log(output_log, length, line.words) == OK;
}

static int
line_put(char c, FILE *file)
{
    bool is_written = true;

    (void)file;
    lock_acquire(&line.lock);
    line.bytes[line.length++] = c;
    if (c == '\n' || line.length == sizeof(line.bytes))
        is_written = line_flush();
    lock_release(&line.lock);
    return is_written ? (unsigned char)c : _FDEV_ERR;
}

static int
file_flush(FILE *file)
{
    bool is_written;

    (void)file;
    lock_acquire(&line.lock);
    is_written = line_flush();
    lock_release(&line.lock);
    return is_written ? 0 : EOF;
}

static int
input_get(FILE *file)
{
    (void)file;
    return _FDEV_EOF;
}

#define OUTPUT_STREAM(put, get, flush, flags)                                  \
    {                                                                          \
        .xfile.cfile.file = FDEV_SETUP_STREAM(put, get, flush, flags),         \
    }

struct __file_bufio output_streams[] = {
    OUTPUT_STREAM(NULL, input_get, NULL, _FDEV_SETUP_READ),
    OUTPUT_STREAM(line_put, NULL, file_flush, _FDEV_SETUP_WRITE),
    OUTPUT_STREAM(line_put, NULL, file_flush, _FDEV_SETUP_WRITE),
};

FILE *const stdin = &output_streams[0].xfile.cfile.file;
FILE *const stdout = &output_streams[1].xfile.cfile.file;
FILE *const stderr = &output_streams[2].xfile.cfile.file;

/* Runs at exit, after the program's own atexit functions. */
__attribute__((destructor)) static void
output_end(void)
{
    file_flush(NULL);
}

ssize_t
output_write(const void *text, size_t bytes)
{
    const char *characters = text;

    for (size_t i = 0; i < bytes; i++)
        if (line_put(characters[i], NULL) == _FDEV_ERR) {
            errno = EIO;
            return -1;
        }
    return (ssize_t)bytes;
}

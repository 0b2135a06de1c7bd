/* SPDX-License-Identifier: MIT */
/* What picolibc, the C library, asks of the system below it.
 *
 * stdout and stderr go to the machine's log, through the grant "machine".
 * One log call carries 40 bytes, so that is the buffer: a line of up to 40
 * characters comes out whole, whoever else is writing. Without the grant
 * output is thrown away and counts as an error. There is no input yet and
 * there are no files: those calls fail with ENOSYS.
 *
 * malloc gets its memory from sbrk, which adds pages behind the program. */
#include <lib/libc.h>

#include <lib/lock.h>
#include <lib/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static handle_t process;    /* pays for the heap */
static handle_t output_log; /* a machine handle to write with */

void
libc_start(handle_t self, handle_t machine)
{
    process = self;
    output_log = machine;
}

/* ----------------------------------------------------------------- output */

/* What was printed and not yet logged. */
static struct {
    struct __lock lock;
    uint64_t length;
    union {
        uint64_t words[MACHINE_LOG_BYTES / 8];
        char bytes[MACHINE_LOG_BYTES];
    };
} line;

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

static FILE output =
    FDEV_SETUP_STREAM(line_put, NULL, file_flush, _FDEV_SETUP_WRITE);
static FILE input = FDEV_SETUP_STREAM(NULL, input_get, NULL, _FDEV_SETUP_READ);

FILE *const stdin = &input;
FILE *const stdout = &output;
FILE *const stderr = &output;

/* Runs at exit, after the program's own atexit functions. */
__attribute__((destructor)) static void
output_end(void)
{
    file_flush(&output);
}

ssize_t
write(int fd, const void *buffer, size_t bytes)
{
    const char *text = buffer;

    if (fd != STDOUT_FILENO && fd != STDERR_FILENO) {
        errno = EBADF;
        return -1;
    }
    for (size_t i = 0; i < bytes; i++)
        if (line_put(text[i], &output) == _FDEV_ERR) {
            errno = EIO;
            return -1;
        }
    return (ssize_t)bytes;
}

ssize_t
read(int fd, void *buffer, size_t bytes)
{
    (void)buffer;
    (void)bytes;
    if (fd == STDIN_FILENO)
        return 0;
    errno = EBADF;
    return -1;
}

/* ----------------------------------------------------------------- memory */

enum { HEAP_STEP_PAGES = 16 };

extern char __end[]; /* where the program's last page ends (sections.ld) */

static char *heap_break = __end; /* the end of what the program asked for */
static char *heap_end = __end;   /* the end of what is mapped */

/* Maps more pages behind the heap. */
static bool
heap_grow(uint64_t pages)
{
    handle_t memory;

    if (sys_memory_create(process, pages, &memory) != OK)
        return false;

    err_t mapped = sys_memory_map(process, memory, (uint64_t)heap_end, 0, pages,
                                  MEMORY_READ | MEMORY_WRITE);
    err_t closed = sys_handle_close(memory);

    if (mapped != OK || closed != OK)
        return false;
    heap_end += pages * PAGE_BYTES;
    return true;
}

/* Moves the end of the heap by `bytes`. It never gives pages back. */
void *
sbrk(ptrdiff_t bytes)
{
    char *old = heap_break;

    if (bytes < __end - old) {
        errno = EINVAL;
        return (void *)-1;
    }
    while (heap_end - old < bytes) {
        uint64_t missing = (uint64_t)(bytes - (heap_end - old));
        uint64_t pages = (missing + PAGE_BYTES - 1) / PAGE_BYTES;

        if (pages < HEAP_STEP_PAGES)
            pages = HEAP_STEP_PAGES;
        if (pages > MEMORY_PAGES_MAX)
            pages = MEMORY_PAGES_MAX;
        if (!heap_grow(pages)) {
            errno = ENOMEM;
            return (void *)-1;
        }
    }
    heap_break = old + bytes;
    return old;
}

/* -------------------------------------------------------------- the others */

_Noreturn void
_exit(int code)
{
    sys_thread_exit((uint64_t)code);
}

pid_t
getpid(void)
{
    return 1; /* a process has no number here, and no other to tell it from */
}

int
kill(pid_t pid, int signal)
{
    (void)pid;
    (void)signal;
    errno = ENOSYS;
    return -1;
}

int
open(const char *path, int flags, ...)
{
    (void)path;
    (void)flags;
    errno = ENOSYS;
    return -1;
}

int
close(int fd)
{
    (void)fd;
    errno = ENOSYS;
    return -1;
}

off_t
lseek(int fd, off_t offset, int whence)
{
    (void)fd;
    (void)offset;
    (void)whence;
    errno = ENOSYS;
    return -1;
}

int
fstat(int fd, struct stat *status)
{
    (void)fd;
    (void)status;
    errno = ENOSYS;
    return -1;
}

int
isatty(int fd)
{
    (void)fd;
    return 0;
}

int
unlink(const char *path)
{
    (void)path;
    errno = ENOSYS;
    return -1;
}

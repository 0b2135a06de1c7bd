/* SPDX-License-Identifier: MIT */
/* The boot archive as files: its programs, to be read and started.
 *
 * It speaks the file protocol (proto/file.h) and changes nothing, so it has
 * nothing to remember: a file's number is its place in the archive, the same
 * for all clients and for the next process that runs this service. Who has
 * opened what, and whether a request is a repeated one, makes no difference.
 *
 * Grants: "service", "init"; "archive", memory, in which the archive's
 * `archive` bytes (an argument) begin at byte `offset` (another). */
#include <lib/archive.h>
#include <lib/places.h>
#include <lib/request.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/file.h>
#include <proto/service.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILES_MAX = 128,
    ROOT = 0, /* the number of the directory; of files, 1 and up */
    MODE_PROGRAM = S_IFREG | 0555,
    MODE_ROOT = S_IFDIR | 0555,
};

static struct archive_file programs[FILES_MAX]; /* by number; 0: none */
static unsigned count = 1;
static uint64_t blocks; /* that they take, of PAGE_BYTES */

/* Maps the archive and lists its programs. False if that is not possible. */
static bool
archive_load(void)
{
    const char *bytes_text = startup_argument("archive");
    const char *offset_text = startup_argument("offset");
    uint64_t bytes = bytes_text ? strtoul(bytes_text, NULL, 10) : 0;
    uint64_t offset = offset_text ? strtoul(offset_text, NULL, 10) : 0;
    uint64_t pages = (offset + bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    struct archive_file file;
    size_t position = 0;

    for (uint64_t first = 0; first < pages; first += MEMORY_PAGES_MAX) {
        uint64_t now = pages - first;

        if (now > MEMORY_PAGES_MAX)
            now = MEMORY_PAGES_MAX;
        if (sys_memory_map(startup_handle("self"), startup_handle("archive"),
                           PLACE_ARCHIVE + first * PAGE_BYTES, first, now,
                           MEMORY_READ) != OK)
            return false;
    }
    while (count < FILES_MAX &&
           archive_next((const char *)PLACE_ARCHIVE + offset, bytes, &position,
                        &file)) {
        if (file.bytes < 4 || memcmp(file.content, "\177ELF", 4) != 0)
            continue;
        programs[count++] = file;
        blocks += (file.bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    }
    return true;
}

/* The number of what is at `path`, `count` if there is nothing. */
static uint64_t
path_find(const char *path, size_t length)
{
    uint64_t number = 1;

    if (length == 0 || (length == 1 && path[0] == '.'))
        return ROOT;
    while (number < count && (strlen(programs[number].name) != length ||
                              memcmp(programs[number].name, path, length) != 0))
        number++;
    return number;
}

/* Reads the path that is lent. */
static int
path_read(const struct message *m, char *path, size_t *length)
{
    uint64_t done;

    *length = (m->header & MESSAGE_LEASE_READ) ? m->lent : 0;
    if (*length > FILE_PATH_MAX)
        return ENAMETOOLONG;
    if (*length > 0 && sys_lease_read(m->token, 0, path, *length, &done) != OK)
        return EFAULT;
    return 0;
}

/* What FILE_OPEN and FILE_STAT tell, from word `word` on. */
static void
status_tell(struct message *m, unsigned word, uint64_t number)
{
    m->words[word] = (number == ROOT ? MODE_ROOT : MODE_PROGRAM) |
                     UINT64_C(1) << 32; /* one link */
    m->words[word + 1] = programs[number].bytes;
    m->words[word + 2] = 0; /* as old as can be */
}

static int
bin_open(struct message *m)
{
    static char path[FILE_PATH_MAX];
    uint64_t flags = m->words[0];
    size_t length;
    uint64_t number;
    int error = path_read(m, path, &length);

    if (error != 0)
        return error;
    number = path_find(path, length);
    if (number == count)
        return flags & FILE_CREATE ? EROFS : ENOENT;
    if (flags & FILE_CREATE && flags & FILE_EXCLUSIVE)
        return EEXIST;
    if (flags & (FILE_TO_WRITE | FILE_EMPTY))
        return number == ROOT ? EISDIR : EROFS;
    if (flags & FILE_DIRECTORY && number != ROOT)
        return ENOTDIR;
    m->words[1] = number;
    status_tell(m, 2, number);
    return 0;
}

/* Writes `bytes` bytes into the lent memory from `at` on. */
static int
lease_fill(const struct message *m, uint64_t at, const void *from,
           uint64_t bytes)
{
    const char *source = from;

    while (bytes > 0) {
        uint64_t now = bytes < LEASE_BYTES_MAX ? bytes : LEASE_BYTES_MAX;
        uint64_t done;

        if (sys_lease_write(m->token, at, source, now, &done) != OK)
            return EFAULT;
        source += now;
        at += now;
        bytes -= now;
    }
    return 0;
}

static int
bin_read(struct message *m)
{
    const struct archive_file *file = &programs[m->words[FILE_NUMBER]];
    uint64_t offset = m->words[FILE_OFFSET];
    uint64_t bytes = (m->header & MESSAGE_LEASE_WRITE) ? m->lent : 0;
    int error;

    if (m->words[FILE_NUMBER] == ROOT)
        return EISDIR;
    if (offset >= file->bytes)
        bytes = 0;
    else if (bytes > file->bytes - offset)
        bytes = file->bytes - offset;
    error = lease_fill(m, 0, (const char *)file->content + offset, bytes);
    m->words[1] = bytes;
    return error;
}

/* Lists programs, from the one whose number is the position + 1 on. */
static int
bin_list(struct message *m)
{
    _Alignas(8) char room[sizeof(struct file_entry) + FILE_NAME_MAX + 8];
    struct file_entry *entry = (struct file_entry *)(void *)room;
    uint64_t position = m->words[FILE_OFFSET];
    uint64_t at = 0;

    if (m->words[FILE_NUMBER] != ROOT)
        return ENOTDIR;
    for (; position < count - 1; position++) {
        const char *name = programs[position + 1].name;
        size_t length = strnlen(name, FILE_NAME_MAX);
        size_t bytes = (sizeof(*entry) + length + 1 + 7) & ~(size_t)7;
        int error;

        if (!(m->header & MESSAGE_LEASE_WRITE) || bytes > m->lent - at) {
            if (at == 0)
                return EINVAL;
            break;
        }
        memset(room, 0, sizeof(room));
        entry->serial = position + 1;
        entry->mode = S_IFREG;
        entry->bytes = (uint32_t)bytes;
        memcpy(entry->name, name, length);
        error = lease_fill(m, at, room, bytes);
        if (error != 0)
            return error;
        at += bytes;
    }
    m->words[1] = at;
    m->words[2] = position;
    return 0;
}

/* Does what the message asks; returns an error of <errno.h>. */
static int
request_handle(struct message *m)
{
    uint32_t label = message_label(m);

    if (label == FILE_OPEN)
        return bin_open(m);
    if (label == PATH_SPACE) {
        m->words[1] = PAGE_BYTES;
        m->words[2] = blocks;
        m->words[3] = m->words[4] = 0;
        return 0;
    }
    if (label == PATH_MAKE || label == PATH_REMOVE || label == PATH_RENAME)
        return EROFS;
    /* The others are about an open file. */
    if (m->words[FILE_NUMBER] >= count)
        return EBADF;
    switch (label) {
    case FILE_READ:
        return bin_read(m);
    case FILE_LIST:
        return bin_list(m);
    case FILE_STAT:
        m->words[4] = m->words[FILE_NUMBER];
        status_tell(m, 1, m->words[FILE_NUMBER]);
        return 0;
    case FILE_WRITE:
    case FILE_TRUNCATE:
        return EBADF; /* nothing can be opened for that */
    case FILE_CLOSE:
    case FILE_SYNC:
        return 0;
    default:
        return ENOSYS;
    }
}

int
main(void)
{
    struct message m = {0};
    char detail[SERVICE_DETAIL_BYTES];

    if (!archive_load())
        return EXIT_FAILURE;
    snprintf(detail, sizeof(detail), "%u programs", count - 1);
    if (service_ready(startup_handle("init"), detail) != OK)
        return EXIT_FAILURE;

    for (;;) {
        err_t error = request_next(startup_handle("service"), &m);

        if (error != OK)
            return (int)error;
        error = request_handle(&m);
        m.header = FILE_DONE;
        m.words[0] = (uint64_t)error;
    }
}

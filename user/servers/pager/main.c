/* SPDX-License-Identifier: MIT */
/* pager [-v] [-n COPIES] PROGRAM [ARGUMENT]...: runs the program, in so many
 * processes at once, and brings their pages when they touch them.
 *
 *     pager.h    what a page may be, and what a fault makes of it
 *     image.c    a program's file, as all copies share it
 *     child.h    one process
 *     main.c     the command, and the loop
 *
 * Paging is policy, and so no matter of the kernel: that sends a message when a
 * page is missing, and we, who hold the child's process, map one and answer.
 * Copies of a program share what they only read. What they write each gets for
 * itself, and what nobody touches nobody pays for. (What a program asks for
 * itself, its heap, is there at once: lib/heap.h.)
 *
 * When we end, our children do, for we made them: nobody waits for a pager that
 * is gone. With -v we say at the end what was needed.
 *
 * Grants: "self"; "names"; "fd0" to "fd2", which the children use too. */
#include "child.h"

#include <lib/cause.h>
#include <lib/error.h>
#include <lib/pathname.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    COPIES_MAX = 32,
    STATUS_FAULT = 128 + 11, /* as the shell has it */
    STATUS_NOT_FOUND = 127,
    PATH_MAX_BYTES = 256,
    FRAMES_LEFT = 2, /* of an inspection (abi/inspect.h) */
};

static struct image image;
static struct child children[COPIES_MAX];
static unsigned running;
static int status; /* of the last child that failed, 0 if none did */

static _Noreturn void
usage(void)
{
    fprintf(stderr,
            "usage: pager [-v] [-n COPIES] PROGRAM [ARGUMENT]...\n"
            "COPIES: 1 to %d\n",
            COPIES_MAX);
    exit(2);
}

/* Reads all of the program's file into memory of `*bytes` bytes. NULL: see
 * errno. */
static char *
file_read_all(int fd, size_t *bytes)
{
    struct stat about;
    char *file;
    ssize_t done;

    if (fstat(fd, &about) < 0)
        return NULL;
    if (!S_ISREG(about.st_mode)) {
        errno = EACCES;
        return NULL;
    }
    file = malloc((size_t)about.st_size);
    done = file ? read(fd, file, (size_t)about.st_size) : -1;
    if (done < 0) {
        free(file);
        return NULL;
    }
    *bytes = (size_t)done;
    return file;
}

/* Ends if the image cannot be made. A name without a slash is in /bin. */
static void
image_load(const char *name)
{
    char path[PATH_MAX_BYTES];
    const char *problem;
    size_t bytes = 0;
    char *file;
    int fd;

    snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : "/bin/",
             name);
    fd = open(path, O_RDONLY);
    file = fd < 0 ? NULL : file_read_all(fd, &bytes);
    if (!file) {
        fprintf(stderr, "pager: %s: %s\n", path, strerror(errno));
        exit(STATUS_NOT_FOUND);
    }
    (void)close(fd);
    problem = image_make(&image, file, bytes);
    free(file);
    if (problem) {
        fprintf(stderr, "pager: %s %s\n", path, problem);
        exit(STATUS_NOT_FOUND);
    }
}

/* Starts the children; ends, and they with us, if one cannot be started. */
static void
children_start(handle_t endpoint, unsigned count, const char *const *words)
{
    struct inspection in;
    struct spawn_request request = {
        .name = pathname_last(words[0]),
        .arguments = words + 1,
        .environment = (const char *const *)environ,
    };

    if (sys_process_inspect(startup_handle("self"), &in) == OK)
        request.frames = in.values[FRAMES_LEFT] / (count + 1);
    for (unsigned i = 0; i < count; i++) {
        const char *problem = "could not be supervised";

        if (sys_handle_mint(endpoint, startup_handle("self"),
                            ENDPOINT_SEND | RIGHT_DERIVE, i + 1,
                            &request.supervisor) == OK) {
            problem = child_start(&children[i], &image, &request);
            (void)!sys_handle_close(request.supervisor);
        }
        if (problem) {
            fprintf(stderr, "pager: %s %s\n", words[0], problem);
            exit(EXIT_FAILURE);
        }
        running++;
    }
}

/* Turns the message of a fault into its answer. */
static void
fault_answer(struct child *child, struct message *m)
{
    uint64_t cause = m->words[0], address = m->words[1], pc = m->words[2];
    err_t error = pager_fault(child, &image, cause, address);

    m->header = FAULT_RESUME;
    if (error == OK)
        return;
    if (error == ERR_ADDRESS)
        fprintf(stderr, "pager: fault: %s, address 0x%lx, pc 0x%lx\n",
                cause_text(cause), address, pc);
    else
        fprintf(stderr, "pager: no page for address 0x%lx: %s\n", address,
                error_text(error));
    m->header = FAULT_END;
    m->words[0] = STATUS_FAULT;
}

static void
message_handle(struct message *m)
{
    struct child *child = &children[m->badge - 1];

    if (message_flags(m) & MESSAGE_FAULT) {
        fault_answer(child, m);
        /* ERR_TOKEN: it was killed meanwhile. */
        (void)!sys_endpoint_reply(m);
    } else if (message_flags(m) & MESSAGE_ENDED) {
        if (m->words[0] == ENDED_FAULT)
            status = STATUS_FAULT;
        else if (m->words[1] != 0)
            status = (int)(m->words[1] & 0xff);
        child_end(child);
        running--;
    }
}

static void
counts_tell(unsigned count)
{
    fprintf(stderr,
            "pager: %u %s of %lu pages: %lu shared, %lu copied, %lu zero\n",
            count, count == 1 ? "process" : "processes", image.loaded,
            pager_counts.shared, pager_counts.copied, pager_counts.zero);
}

int
main(int argc, char **argv)
{
    unsigned long count = 1;
    bool is_told = false;
    handle_t endpoint;
    int option;

    while ((option = getopt(argc, argv, "+n:v")) != -1) {
        if (option == 'n')
            count = strtoul(optarg, NULL, 10);
        else if (option == 'v')
            is_told = true;
        else
            usage();
    }
    if (optind == argc || count < 1 || count > COPIES_MAX)
        usage();
    image_load(argv[optind]);
    if (sys_endpoint_create(startup_handle("self"), &endpoint) != OK) {
        fprintf(stderr, "pager: there is no endpoint to be had\n");
        return EXIT_FAILURE;
    }
    children_start(endpoint, (unsigned)count,
                   (const char *const *)argv + optind);
    while (running > 0) {
        struct message m = {0};

        /* Nobody else has a handle to the endpoint. */
        if (sys_endpoint_recv(endpoint, 0, &m) == OK)
            message_handle(&m);
    }
    if (is_told)
        counts_tell((unsigned)count);
    return status;
}

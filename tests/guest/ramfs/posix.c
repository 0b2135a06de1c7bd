/* SPDX-License-Identifier: MIT */
/* Runs programs on the files of ramfs, one after the other: each program of
 * the boot archive that the parameter "run=one,two" names. What they print
 * goes to the log; one line tells how each ended:
 *
 *     ended NAME REASON CODE
 *
 * The file NAME.in of the archive is "/input"; "terminal=1" makes it what is
 * typed. With "stream=1" standard output is the stream (ramfs.h), and is
 * printed when the program has ended.
 *
 * All of the archive's programs are files too, as /bin/NAME. */
#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <proto/file.h>
#include <proto/names.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ramfs.h"

enum {
    PRIORITY = 32,
    FRAMES = 2048,
    SERVER_FRAMES = 4096,
    TEXT_BYTES = 80,
    CLIENT = 1000, /* our own number */
};

static handle_t self, service, ends;
static struct file root = {0};

/* Fails the test: the machine is switched off with a status. */
_Noreturn static void
give_up(const char *what, int error)
{
    printf("posix: %s: %d\n", what, error);
    (void)!sys_machine_power_off(startup_handle("machine"), EXIT_FAILURE);
    exit(EXIT_FAILURE);
}

static handle_t
service_mint(uint64_t badge)
{
    handle_t handle;
    err_t error = sys_handle_mint(service, self,
                                  ENDPOINT_SEND | RIGHT_DERIVE | RIGHT_MOVE,
                                  badge, &handle);

    if (error != OK)
        give_up("no handle", error);
    return handle;
}

static void
server_start(void)
{
    struct spawn_grant grants[] = {
        {"machine", startup_handle("machine"), MACHINE_LOG, 0},
        {"service", service,
         ENDPOINT_RECV | ENDPOINT_SEND | RIGHT_DERIVE | RIGHT_MOVE, 0},
    };
    struct spawn_request request = {
        .name = "ramfs",
        .grants = grants,
        .grant_count = 2,
        .priority = PRIORITY,
        .frames = SERVER_FRAMES,
    };
    struct spawned spawned;
    err_t error;

    request.image = boot_file("ramfs", &request.image_bytes);
    error = spawn_process(&request, &spawned);
    if (error != OK)
        give_up(spawned.problem, error);
    root.server = service_mint(CLIENT);
}

/* ------------------------------------------------------------- our own files
 */

/* Writes the file `path` of the server, as far as `bytes` goes. */
static void
file_put(const char *path, const char *content, size_t bytes)
{
    struct file_status status;
    struct file file;
    uint64_t done, behind;
    int error =
        path_open(&root, path, strlen(path),
                  FILE_TO_WRITE | FILE_CREATE | FILE_EMPTY, &file, &status);

    for (uint64_t at = 0; !error && at < bytes; at += done)
        error = file_write(&file, at, content + at, bytes - at, &done, &behind);
    if (!error)
        error = file_close(&file);
    if (error)
        give_up(path, error);
}

/* Prints the file `path` of the server. */
static void
file_print(const char *path)
{
    struct file_status status;
    struct file file;
    char text[TEXT_BYTES];
    uint64_t done = 1;
    int error =
        path_open(&root, path, strlen(path), FILE_TO_READ, &file, &status);

    for (uint64_t at = 0; !error && done; at += done) {
        error = file_read(&file, at, text, sizeof(text), &done);
        if (!error)
            printf("%.*s", (int)done, text);
    }
    if (!error)
        error = file_close(&file);
    if (error)
        give_up(path, error);
}

static void
directory_make(const char *path)
{
    int error = path_make(&root, path, strlen(path), S_IFDIR | 0755);

    if (error)
        give_up(path, error);
}

/* ----------------------------------------------------------------- programs */

/* Waits for the end of the one program that runs, and tells of it. */
static void
end_await(const char *name)
{
    static const char *const reasons[] = {"exit", "killed", "fault"};
    struct message m;
    err_t error = sys_endpoint_recv(ends, 0, &m);

    while (error == OK && (m.header & MESSAGE_FAULT)) {
        /* Nobody helps: it ends. */
        printf("fault of %s: cause %lu address %#lx pc %#lx\n", name,
               m.words[0], m.words[1], m.words[2]);
        m.header = FAULT_END;
        error = sys_endpoint_reply_recv(ends, &m);
    }
    if (error != OK || !(m.header & MESSAGE_ENDED))
        give_up("no end", error);
    printf("ended %s %s %lu\n", name,
           m.words[0] < 3 ? reasons[m.words[0]] : "?", m.words[1]);
}

static void
program_run(const char *name)
{
    static const char *const arguments[] = {"one", "two words", "", NULL};
    static const char *const environment[] = {"GREETING=hello", "PWD=/home",
                                              "EMPTY=", NULL};
    bool is_stream = test_parameter("stream", 0);
    uint64_t client;
    handle_t names;
    struct spawn_grant grants[] = {
        {"names", HANDLE_NONE, ENDPOINT_SEND, 0},
        {"fd1", service_mint(RAMFS_STREAM), ENDPOINT_SEND, 0},
        {"machine", startup_handle("machine"), MACHINE_LOG, 0},
    };
    struct spawn_request request = {
        .name = name,
        .arguments = arguments,
        .environment = environment,
        .grants = grants,
        .grant_count = 3,
        .frames = test_parameter("frames", FRAMES),
        .priority = PRIORITY,
        .supervisor = ends,
    };
    char input[TEXT_BYTES];
    const char *typed;
    size_t typed_bytes;
    struct spawned spawned;
    err_t error = name_fork(service_mint(RAMFS_NAMES), &client, &names);

    if (error != OK)
        give_up("no client", error);
    grants[0].handle = names;
    if (!is_stream)
        grants[1].name = "unused";
    snprintf(input, sizeof(input), "%s.in", name);
    typed = boot_file(input, &typed_bytes);
    file_put("input", typed, typed ? typed_bytes : 0);
    for (unsigned i = 0; i < STARTUP_FILES; i++)
        request.files[i] = (struct startup_file){"/dev/console", O_RDWR};
    if (!test_parameter("terminal", 0))
        request.files[0] = (struct startup_file){"/input", O_RDONLY};

    request.image = boot_file(name, &request.image_bytes);
    error = request.image ? spawn_process(&request, &spawned) : ERR_ARGUMENT;
    if (error != OK)
        give_up(name, error);
    end_await(name);
    (void)!name_end(service_mint(RAMFS_NAMES), client);
    if (is_stream)
        file_print("stream");
}

int
main(void)
{
    const char *list = startup_argument("run");
    char *names = strdup(list ? list : ""), *rest;

    self = startup_handle("self");
    if (sys_endpoint_create(self, &service) != OK ||
        sys_endpoint_create(self, &ends) != OK)
        give_up("no endpoint", 0);
    server_start();
    directory_make("bin");
    directory_make("home");
    file_put("stream", "", 0);
    for (char *name = strtok_r(names, ",", &rest); name;
         name = strtok_r(NULL, ",", &rest)) {
        char path[TEXT_BYTES];
        size_t bytes;
        const char *image = boot_file(name, &bytes);

        snprintf(path, sizeof(path), "bin/%s", name);
        if (!image)
            give_up(name, 0);
        file_put(path, image, bytes);
        program_run(name);
    }
    printf("posix: done\n");
    (void)!sys_machine_power_off(startup_handle("machine"), EXIT_SUCCESS);
    return EXIT_FAILURE;
}

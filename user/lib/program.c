/* SPDX-License-Identifier: MIT */
#include <lib/program.h>

#include <lib/pathname.h>
#include <lib/startup.h>
#include <proto/names.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file of the program that is being started. The room stays, for the next
 * one: most programs are about as long. */
static struct {
    char *bytes;
    size_t room;
    size_t length;
} image;

/* Makes the room large enough. */
static int
image_reserve(size_t bytes)
{
    if (bytes <= image.room)
        return 0;
    free(image.bytes);
    image.bytes = malloc(bytes);
    image.room = image.bytes ? bytes : 0;
    return image.bytes ? 0 : ENOMEM;
}

/* Reads all of `fd`. */
static int
image_fill(int fd)
{
    struct stat status;
    ssize_t done;
    int error;

    if (fstat(fd, &status) < 0)
        return errno;
    if (!S_ISREG(status.st_mode))
        return EACCES;
    error = image_reserve((size_t)status.st_size);
    if (error != 0)
        return error;
    done = read(fd, image.bytes, (size_t)status.st_size);
    if (done < 0)
        return errno;
    image.length = (size_t)done;
    return 0;
}

static int
image_read(const char *path)
{
    int fd = open(path, O_RDONLY);
    int error = fd < 0 ? errno : image_fill(fd);

    if (fd >= 0)
        (void)close(fd);
    return error;
}

/* Lists what the program is granted. Returns how many that are. */
static size_t
grants_list(const struct program_request *request, handle_t names,
            struct spawn_grant grants[])
{
    static const char *const streams[STARTUP_FILES] = {"fd0", "fd1", "fd2"};
    size_t count = 0;

    grants[count++] = (struct spawn_grant){"names", names, ENDPOINT_SEND, 0};
    for (unsigned i = 0; i < STARTUP_FILES; i++)
        if (request->streams[i] != HANDLE_NONE)
            grants[count++] = (struct spawn_grant){
                streams[i], request->streams[i], ENDPOINT_SEND, 0};
    for (size_t i = 0; i < request->grant_count; i++)
        grants[count++] = request->grants[i];
    return count;
}

/* Starts the program in the image as the name server's client that `names`
 * belongs to. */
static err_t
image_start(const struct program_request *request, handle_t names,
            struct program *program)
{
    struct spawn_grant grants[1 + STARTUP_FILES + PROGRAM_GRANTS_MAX];
    struct spawn_request spawn = {
        .name = request->name ? request->name : pathname_last(request->path),
        .image = image.bytes,
        .image_bytes = image.length,
        .arguments = request->arguments,
        .environment = request->environment ? request->environment
                                            : (const char *const *)environ,
        .grants = grants,
        .grant_count = grants_list(request, names, grants),
        .frames = request->frames,
        .slots = request->slots,
        .stack_pages = request->stack_pages,
        .priority = request->priority,
        .supervisor = request->supervisor,
    };
    struct spawned spawned;
    err_t error;

    for (unsigned i = 0; i < STARTUP_FILES; i++)
        spawn.files[i] = request->files[i];
    error = spawn_process(&spawn, &spawned);
    program->process = spawned.process;
    program->problem = spawned.problem;
    return error;
}

int
program_start(const struct program_request *request, struct program *program)
{
    handle_t names;
    err_t error;
    int read_error;

    *program = (struct program){.problem = "asks for too many grants"};
    if (request->grant_count > PROGRAM_GRANTS_MAX)
        return EINVAL;
    program->problem = "could not be read";
    read_error = image_read(request->path);
    if (read_error != 0)
        return read_error;
    program->problem = "could not be made known to the name server";
    error = name_fork(startup_handle("names"), &program->client, &names);
    if (error != OK)
        return EIO;

    error = image_start(request, names, program);
    (void)!sys_handle_close(names);
    if (error == OK)
        return 0;
    program_end(program);
    return error == ERR_ARGUMENT ? ENOEXEC : ENOMEM;
}

void
program_end(const struct program *program)
{
    /* A client that is not known any more has ended too. */
    (void)!name_end(startup_handle("names"), program->client);
}

/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <lib/places.h>
#include <lib/startup_write.h>
#include <lib/syscall.h>
#include <proto/names.h>
#include <proto/pipe.h>

#include <string.h>
#include <unistd.h>

enum {
    PRIORITY = 16, /* as a program that the shell starts */
    SLOTS = 64,
    GRANTS_MAX = 2 + STARTUP_FILES,
    STACK_TOP_PIECE = 0,
    STACK_TOP_PAGE = MEMORY_PAGES_MAX - 1,

    /* What a program may do with itself. */
    SELF_RIGHTS = RIGHT_DERIVE | PROCESS_MAP | PROCESS_HANDLES |
                  PROCESS_THREADS | PROCESS_CHARGE | PROCESS_INSPECT,
};

/* Grants of a child, as its startup block lists them. */
struct grants {
    size_t count;
    struct startup_grant list[GRANTS_MAX];
};

static err_t
grant(handle_t process, struct grants *grants, const char *name,
      handle_t handle, rights_t rights)
{
    struct startup_grant *g = &grants->list[grants->count++];

    *g = (struct startup_grant){.handle = HANDLE_NONE};
    memcpy(g->name, name, strlen(name) + 1);
    return sys_handle_copy(handle, process, rights, &g->handle);
}

/* Makes the child another user of the stream that we were given as "fd<i>". */
static err_t
stream_share(struct child *child, struct grants *grants, unsigned i)
{
    static const char names[STARTUP_FILES][4] = {"fd0", "fd1", "fd2"};
    static struct file streams[STARTUP_FILES]; /* our conversations */

    streams[i].server = startup_handle(names[i]);
    if (streams[i].server == HANDLE_NONE)
        return OK;
    if (pipe_share(&streams[i], &child->streams[i]) != 0)
        return ERR_FULL;
    return grant(child->process, grants, names[i], child->streams[i],
                 ENDPOINT_SEND);
}

/* Grants the child itself, the name server as that one's client `names`, and
 * the streams that we were given. */
static err_t
grants_make(struct child *child, handle_t names, struct grants *grants)
{
    err_t error =
        grant(child->process, grants, "self", child->process, SELF_RIGHTS);

    if (error == OK)
        error = grant(child->process, grants, "names", names, ENDPOINT_SEND);
    for (unsigned i = 0; i < STARTUP_FILES && error == OK; i++)
        error = stream_share(child, grants, i);
    return error;
}

/* Makes the top page of the stack, with what a program finds when it starts at
 * the address `*block`. */
static err_t
stack_begin(struct child *child, const struct image *image,
            const struct spawn_request *request, const struct grants *grants,
            uint64_t *block)
{
    const struct piece *top = &image->pieces[STACK_TOP_PIECE];
    uint64_t end = PLACE_PIECE + PAGE_BYTES;
    handle_t memory;
    err_t error = page_open(child, top, STACK_TOP_PAGE, &memory);

    if (error != OK)
        return error;
    *block = startup_write((char *)end, PAGE_BYTES, PLACE_STACK_TOP - end,
                           request, grants->list);
    error = page_place(child, image, STACK_TOP_PIECE, STACK_TOP_PAGE, memory);
    return *block ? error : ERR_ARGUMENT;
}

/* Fills the process and starts its thread, at an instruction that is not there
 * yet. NULL, or what is wrong. */
static const char *
child_fill(struct child *child, const struct image *image,
           struct spawn_request *request, handle_t names)
{
    struct grants grants = {0};
    uint64_t block;
    handle_t thread;

    if (grants_make(child, names, &grants) != OK)
        return "could not be given its grants and streams";
    request->grant_count = grants.count - 1; /* "self" does not count */
    for (unsigned i = 0; i < STARTUP_FILES; i++)
        request->files[i] = startup_file(i);
    if (stack_begin(child, image, request, &grants, &block) != OK)
        return "has more arguments than fit on a page";
    if (sys_process_supervise(child->process, request->supervisor) != OK)
        return "could not be supervised";
    if (sys_thread_create(child->process, image->entry, block, block,
                          request->priority, &thread) != OK)
        return "could not be given a thread";
    (void)!sys_handle_close(thread);
    return NULL;
}

const char *
child_start(struct child *child, const struct image *image,
            struct spawn_request *request)
{
    const char *problem = "could not be given a process";
    handle_t names;

    request->priority = PRIORITY;
    *child = (struct child){.process = HANDLE_NONE};
    if (name_fork(startup_handle("names"), &child->client, &names) != OK)
        return "could not be made known to the name server";
    if (sys_process_create(startup_handle("self"), request->frames, SLOTS,
                           PRIORITY, process_name(request->name),
                           &child->process) == OK)
        problem = child_fill(child, image, request, names);
    (void)!sys_handle_close(names);
    if (!problem)
        return NULL;
    /* It cannot fail: we hold all rights. The handle goes with the process. */
    if (child->process != HANDLE_NONE)
        (void)!sys_process_kill(child->process, 1);
    child_end(child);
    return problem;
}

void
child_end(struct child *child)
{
    child->process = HANDLE_NONE;
    for (unsigned i = 0; i < STARTUP_FILES; i++) {
        struct file stream = {.server = child->streams[i]};

        if (stream.server == HANDLE_NONE)
            continue;
        (void)!file_close(&stream);
        (void)!sys_handle_close(stream.server);
        child->streams[i] = HANDLE_NONE;
    }
    /* A client that is not known any more has ended too. */
    (void)!name_end(startup_handle("names"), child->client);
}

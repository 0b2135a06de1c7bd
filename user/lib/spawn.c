/* SPDX-License-Identifier: MIT */
/* The child's memory is made piece by piece, a piece being at most as many
 * pages as one system call handles:
 *
 *     1 create a memory object, paid for by the child
 *     2 map it at PLACE_PIECE, writable, for us; fill it; unmap it
 *     3 map it into the child with the rights it shall have there
 *     4 close our handle: the child's mapping keeps the memory alive
 *
 * The top of the stack is the last piece and holds the startup block
 * (startup_write.c).
 *
 * The thread is made last, so until then nothing of the child runs, and on
 * any error killing the process takes back all of the above. */
#include <lib/spawn.h>

#include <lib/elf.h>
#include <lib/places.h>
#include <lib/startup.h>
#include <lib/startup_write.h>
#include <lib/syscall.h>

#include <string.h>

enum {
    DEFAULT_FRAMES = 128,
    DEFAULT_SLOTS = 64,
    DEFAULT_STACK_PAGES = 4,
    BLOCK_PART = 2, /* of the last piece of the stack, at most a half */
    GRANTS_MAX = 24,

    /* What a program may do with itself. Killing is for its creator; its
     * own way out is sys_thread_exit. */
    SELF_RIGHTS = RIGHT_DERIVE | PROCESS_MAP | PROCESS_HANDLES |
                  PROCESS_THREADS | PROCESS_CHARGE | PROCESS_INSPECT,
};

/* Steps 1 and 2, without the filling. */
MUST_CHECK static err_t
piece_open(handle_t child, uint64_t pages, handle_t *memory)
{
    err_t error = sys_memory_create(child, pages, memory);

    if (error != OK)
        return error;
    error = sys_memory_map(startup_handle("self"), *memory, PLACE_PIECE, 0,
                           pages, MEMORY_READ | MEMORY_WRITE);
    if (error != OK)
        (void)!sys_handle_close(*memory);
    return error;
}

/* The end of step 2, then 3 and 4. */
MUST_CHECK static err_t
piece_place(handle_t child, handle_t memory, uint64_t address, uint64_t pages,
            rights_t rights)
{
    err_t error = sys_memory_unmap(startup_handle("self"), PLACE_PIECE, pages);
    err_t closed;

    if (error == OK)
        error = sys_memory_map(child, memory, address, 0, pages, rights);
    closed = sys_handle_close(memory);
    return error != OK ? error : closed;
}

MUST_CHECK static err_t
segment_load(handle_t child, const struct elf_segment *s)
{
    rights_t rights = MEMORY_READ | (s->is_writable ? MEMORY_WRITE : 0) |
                      (s->is_executable ? MEMORY_EXEC : 0);
    const char *content = s->content;
    uint64_t left = s->content_bytes;

    for (uint64_t done = 0; done < s->pages; done += MEMORY_PAGES_MAX) {
        uint64_t pages = s->pages - done;
        uint64_t bytes;
        handle_t memory;
        err_t error;

        if (pages > MEMORY_PAGES_MAX)
            pages = MEMORY_PAGES_MAX;
        bytes = left < pages * PAGE_BYTES ? left : pages * PAGE_BYTES;
        error = piece_open(child, pages, &memory);
        if (error != OK)
            return error;
        memcpy((void *)PLACE_PIECE, content, bytes);
        content += bytes;
        left -= bytes;
        error = piece_place(child, memory, s->address + done * PAGE_BYTES,
                            pages, rights);
        if (error != OK)
            return error;
    }
    return OK;
}

/* Copies all grants into the child's table and notes their names there. */
MUST_CHECK static err_t
grants_copy(handle_t child, const struct spawn_request *request,
            struct startup_grant grants[])
{
    const struct spawn_grant self = {"self", child, SELF_RIGHTS, 0};

    for (size_t i = 0; i <= request->grant_count; i++) {
        const struct spawn_grant *from = i ? &request->grants[i - 1] : &self;
        struct startup_grant *to = &grants[i];
        size_t length = strlen(from->name);
        err_t error;

        if (length >= sizeof(to->name))
            return ERR_ARGUMENT;
        memcpy(to->name, from->name, length + 1);
        error = from->badge ? sys_handle_mint(from->handle, child, from->rights,
                                              from->badge, &to->handle)
                            : sys_handle_copy(from->handle, child, from->rights,
                                              &to->handle);
        if (error != OK)
            return error;
    }
    return OK;
}

/* Makes `pages` pages of stack whose lowest is at `address` of the child. */
MUST_CHECK static err_t
stack_extend(handle_t child, uint64_t address, uint64_t pages)
{
    err_t error = OK;

    for (uint64_t done = 0; done < pages && error == OK;) {
        uint64_t count = pages - done;
        handle_t memory;

        if (count > MEMORY_PAGES_MAX)
            count = MEMORY_PAGES_MAX;
        error = piece_open(child, count, &memory);
        if (error == OK)
            error = piece_place(child, memory, address + done * PAGE_BYTES,
                                count, MEMORY_READ | MEMORY_WRITE);
        done += count;
    }
    return error;
}

/* Makes the child's stack of `pages` pages; `block` is the address of the
 * startup block. */
MUST_CHECK static err_t
stack_make(handle_t child, const struct spawn_request *request, uint64_t pages,
           uint64_t *block)
{
    static struct startup_grant grants[GRANTS_MAX + 1]; /* large */
    uint64_t last = pages < MEMORY_PAGES_MAX ? pages : MEMORY_PAGES_MAX;
    handle_t memory;
    err_t error = grants_copy(child, request, grants);

    if (error == OK)
        error = stack_extend(child, PLACE_STACK_TOP - pages * PAGE_BYTES,
                             pages - last);
    if (error == OK)
        error = piece_open(child, last, &memory);
    if (error != OK)
        return error;

    uint64_t end = PLACE_PIECE + last * PAGE_BYTES;

    *block = startup_write((char *)end, last * PAGE_BYTES / BLOCK_PART,
                           PLACE_STACK_TOP - end, request, grants);
    error = piece_place(child, memory, PLACE_STACK_TOP - last * PAGE_BYTES,
                        last, MEMORY_READ | MEMORY_WRITE);
    return *block ? error : ERR_ARGUMENT;
}

/* Pages: what the creator gives, or more if the file asks for it. */
static uint64_t
stack_choose(const struct elf *elf, const struct spawn_request *request)
{
    uint64_t pages = elf->stack_pages > request->stack_pages
                         ? elf->stack_pages
                         : request->stack_pages;

    return pages ? pages : DEFAULT_STACK_PAGES;
}

/* Fills and starts the process. On an error `problem` names the step. */
MUST_CHECK static err_t
child_fill(handle_t child, const struct elf *elf,
           const struct spawn_request *request, const char **problem)
{
    uint64_t block;
    handle_t thread;
    err_t error = OK;

    *problem = "could not be loaded into memory";
    for (unsigned i = 0; i < elf->segment_count && error == OK; i++)
        error = segment_load(child, &elf->segments[i]);
    if (error != OK)
        return error;

    *problem = "could not be given its stack, arguments and grants";
    error = stack_make(child, request, stack_choose(elf, request), &block);
    if (error != OK)
        return error;

    *problem = "could not be supervised";
    if (request->supervisor != HANDLE_NONE)
        error = sys_process_supervise(child, request->supervisor);
    if (error != OK)
        return error;

    *problem = "could not be given a thread";
    error = sys_thread_create(child, elf->entry, block, block,
                              request->priority, &thread);
    if (error != OK)
        return error;
    /* A program that has already ended took the handle with it. */
    (void)!sys_handle_close(thread);
    return OK;
}

err_t
spawn_process(const struct spawn_request *request, struct spawned *spawned)
{
    struct elf elf;
    err_t error;

    *spawned = (struct spawned){
        .process = HANDLE_NONE,
        .problem = elf_read(request->image, request->image_bytes, &elf),
    };
    if (spawned->problem)
        return ERR_ARGUMENT;
    spawned->problem = "has too many grants";
    if (request->grant_count > GRANTS_MAX)
        return ERR_ARGUMENT;

    spawned->problem = "could not be given a process";
    error = sys_process_create(
        startup_handle("self"),
        request->frames ? request->frames : DEFAULT_FRAMES,
        request->slots ? request->slots : DEFAULT_SLOTS, request->priority,
        process_name(request->name), &spawned->process);
    if (error != OK)
        return error;

    error = child_fill(spawned->process, &elf, request, &spawned->problem);
    if (error == OK) {
        spawned->problem = NULL;
        return OK;
    }
    /* It cannot fail: we hold all rights. Our handle goes with the process. */
    (void)!sys_process_kill(spawned->process, 1);
    spawned->process = HANDLE_NONE;
    return error;
}

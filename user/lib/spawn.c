/* SPDX-License-Identifier: MIT */
/* The child's memory is made piece by piece, a piece being at most as many
 * pages as one system call handles:
 *
 *     1 create a memory object, paid for by the child
 *     2 map it at PLACE_PIECE, writable, for us; fill it; unmap it
 *     3 map it into the child with the rights it shall have there
 *     4 close our handle: the child's mapping keeps the memory alive
 *
 * The top of the stack is the last piece and holds the startup block:
 *
 *     PLACE_STACK_TOP   +------------------+
 *                       | strings          |  arguments, environment, files
 *                       | argv             |
 *                       | environment      |
 *                       | grants           |
 *                       | struct startup   |  <- sp and a0 of the thread
 *                       | free             |
 *
 * The thread is made last, so until then nothing of the child runs, and on
 * any error killing the process takes back all of the above. */
#include <lib/spawn.h>

#include <lib/elf.h>
#include <lib/places.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <string.h>

enum {
    DEFAULT_FRAMES = 128,
    DEFAULT_SLOTS = 64,
    DEFAULT_STACK_PAGES = 4,
    BLOCK_PART = 2, /* of the last piece of the stack, at most a half */
    GRANTS_MAX = 24,
    STRINGS_MAX = 64, /* arguments, and as many in the environment */

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

/* The startup block while it grows downwards in the stack's last page. */
struct block {
    char *top;         /* the lowest byte in use, as we see it */
    size_t left;       /* bytes below it that may be used */
    uint64_t distance; /* from our addresses to the child's */
};

/* Puts `bytes` bytes at the block's lower end, aligned for anything. Returns
 * their address in the child, 0 if they do not fit. */
static uint64_t
block_push(struct block *b, const void *content, size_t bytes)
{
    size_t rounded = (bytes + 15) & ~(size_t)15;

    if (rounded < bytes || rounded > b->left)
        return 0;
    b->top -= rounded;
    b->left -= rounded;
    memcpy(b->top, content, bytes);
    return (uint64_t)b->top + b->distance;
}

/* Pushes `first`, unless it is NULL, the strings in `list` up to NULL, and the
 * array of all their addresses. Returns the array's address in the child, and
 * how many strings there are in `*count`; 0 if they do not fit. */
static uint64_t
block_push_strings(struct block *b, const char *first, const char *const *list,
                   uint64_t *count)
{
    uint64_t strings[STRINGS_MAX + 1] = {0};

    *count = 0;
    for (const char *s = first  ? first
                         : list ? *list++
                                : NULL;
         s; s = list ? *list++ : NULL) {
        if (*count == STRINGS_MAX)
            return 0;
        strings[*count] = block_push(b, s, strlen(s) + 1);
        if (!strings[(*count)++])
            return 0;
    }
    return block_push(b, strings, (*count + 1) * sizeof(strings[0]));
}

/* Writes the block. Returns its address in the child, 0 if it is too long. */
static uint64_t
block_write(struct block *b, const struct spawn_request *request,
            const struct startup_grant grants[])
{
    uint64_t argc, variables;
    uint64_t argv =
        block_push_strings(b, request->name, request->arguments, &argc);
    uint64_t environment =
        block_push_strings(b, NULL, request->environment, &variables);
    uint64_t count = request->grant_count + 1;
    uint64_t list = block_push(b, grants, count * sizeof(grants[0]));
    struct startup startup = {
        .argc = argc,
        .argv = (char **)argv,
        .environment = (char **)environment,
        .grant_count = count,
        .grants = (const struct startup_grant *)list,
    };

    for (unsigned i = 0; i < STARTUP_FILES; i++) {
        const char *path = request->files[i].path;
        uint64_t copy = path ? block_push(b, path, strlen(path) + 1) : 0;

        if (path && !copy)
            return 0;
        startup.files[i] =
            (struct startup_file){(const char *)copy, request->files[i].flags};
    }
    if (!argv || !environment || !list)
        return 0;
    return block_push(b, &startup, sizeof(startup));
}

/* Makes the child's stack; `block` is the address of the startup block. */
MUST_CHECK static err_t
stack_make(handle_t child, const struct spawn_request *request, uint64_t *block)
{
    uint64_t pages =
        request->stack_pages ? request->stack_pages : DEFAULT_STACK_PAGES;
    static struct startup_grant grants[GRANTS_MAX + 1]; /* large */
    handle_t memory;
    err_t error = grants_copy(child, request, grants);

    if (error == OK)
        error = piece_open(child, pages, &memory);
    if (error != OK)
        return error;

    uint64_t end = PLACE_PIECE + pages * PAGE_BYTES;
    struct block b = {
        .top = (char *)end,
        .left = pages * PAGE_BYTES / BLOCK_PART,
        .distance = PLACE_STACK_TOP - end,
    };

    *block = block_write(&b, request, grants);
    error = piece_place(child, memory, PLACE_STACK_TOP - pages * PAGE_BYTES,
                        pages, MEMORY_READ | MEMORY_WRITE);
    return *block ? error : ERR_ARGUMENT;
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
    error = stack_make(child, request, &block);
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

/* SPDX-License-Identifier: MIT */
/* Making services: what init keeps for each, and the process that gets it. */
#include "service.h"

#include "device.h"
#include "init.h"

#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    GRANTS_MAX = 24, /* what spawn_process takes */
    ARGUMENTS_MAX = SERVICE_LIST_MAX + 8,
    NUMBER_BYTES = 32, /* of an argument that init makes */
    RESERVE_PART = 8,  /* of the frames at boot, init keeps one in so many */
    REST_FRAMES_MIN = 16,
};

struct service services[SERVICES_MAX];
unsigned service_count;

struct service *
service_named(const char *name)
{
    for (unsigned i = 0; i < service_count; i++)
        if (strncmp(services[i].stanza->name, name, SERVICE_NAME_BYTES) == 0)
            return &services[i];
    return NULL;
}

struct service *
service_numbered(uint64_t number)
{
    return number - 1 < service_count ? &services[number - 1] : NULL;
}

bool
service_uses(const struct service *s, const struct service *other)
{
    for (unsigned i = 0; i < s->stanza->uses.count; i++)
        if (strcmp(s->stanza->uses.words[i], other->stanza->name) == 0)
            return true;
    return false;
}

/* --------------------------------------------------------------- preparing */

err_t
service_endpoint_make(struct service *s)
{
    return sys_endpoint_create(startup_handle("self"), &s->endpoint);
}

err_t
service_kept_make(struct service *s)
{
    uint64_t left = s->stanza->kept;

    for (unsigned i = 0; i < KEPT_OBJECTS_MAX && left > 0; i++) {
        uint64_t pages = left < MEMORY_PAGES_MAX ? left : MEMORY_PAGES_MAX;
        err_t error;

        if (s->kept[i] != HANDLE_NONE)
            (void)!sys_handle_close(s->kept[i]);
        s->kept[i] = HANDLE_NONE;
        error = sys_memory_create(startup_handle("self"), pages, &s->kept[i]);
        if (error != OK)
            return error;
        left -= pages;
    }
    return OK;
}

/* Makes all that init keeps for the service. */
MUST_CHECK static err_t
service_prepare(struct service *s)
{
    handle_t self = startup_handle("self");
    err_t error = service_endpoint_make(s);

    if (error == OK)
        error =
            sys_handle_mint(init_endpoint, self, ENDPOINT_SEND | RIGHT_DERIVE,
                            s->number, &s->init);
    if (error == OK)
        error = service_kept_make(s);
    if (error == OK && s->stanza->dma)
        error = sys_memory_create(self, s->stanza->dma, &s->dma);
    return error;
}

/* NULL, or why the service cannot be. */
static const char *
service_problem(struct service *s)
{
    const struct stanza *stanza = s->stanza;

    if (stanza->is_bad)
        return "the manifest has a problem with it, see above";
    s->image = boot_file(stanza->program, &s->image_bytes);
    if (!s->image)
        return "its program is not in the boot archive";
    for (unsigned i = 0; i < stanza->uses.count; i++) {
        const struct service *used = service_named(stanza->uses.words[i]);

        if (!used || used->is_absent)
            return "a service that it uses is not here";
    }
    if (stanza->device)
        return device_find(s);
    return NULL;
}

void
service_prepare_all(const struct manifest *m)
{
    service_count = m->count;
    for (unsigned i = 0; i < m->count; i++)
        services[i] = (struct service){
            .stanza = &m->stanzas[i],
            .number = i + 1,
            .state = SERVICE_IS_STOPPED,
        };
    for (unsigned i = 0; i < m->count; i++) {
        struct service *s = &services[m->order[i]];
        const char *problem = service_problem(s);
        err_t error = problem ? OK : service_prepare(s);

        if (error != OK)
            problem = error_text(error);
        if (problem) {
            s->is_absent = true;
            log_problem(s->stanza->name, "is left out: %s", problem);
        }
    }
}

/* ---------------------------------------------------------------- starting */

/* What a process is given, while it is put together. */
struct package {
    struct spawn_grant grants[GRANTS_MAX];
    size_t count;
    const char *arguments[ARGUMENTS_MAX + 1];
    size_t argument_count;
    char texts[ARGUMENTS_MAX][NUMBER_BYTES];
};

/* Adds a grant, if there is such a handle and room. */
static void
package_grant(struct package *p, const char *name, handle_t handle,
              rights_t rights, uint64_t badge)
{
    if (handle != HANDLE_NONE && p->count < GRANTS_MAX)
        p->grants[p->count++] =
            (struct spawn_grant){name, handle, rights, badge};
}

/* Adds the argument "name=value". */
static void
package_number(struct package *p, const char *name, uint64_t value,
               const char *format)
{
    char *text = p->texts[p->argument_count];

    snprintf(text, NUMBER_BYTES, format, name, (unsigned long)value);
    p->arguments[p->argument_count++] = text;
}

static void
package_memory(struct package *p, const struct service *s)
{
    static const char *const names[KEPT_OBJECTS_MAX] = {
        "kept0", "kept1", "kept2", "kept3", "kept4", "kept5", "kept6", "kept7",
    };

    if (s->stanza->kept)
        package_number(p, "kept", s->stanza->kept, "%s=%lu");
    for (unsigned i = 0; i < KEPT_OBJECTS_MAX; i++)
        package_grant(p, names[i], s->kept[i],
                      MEMORY_READ | MEMORY_WRITE | RIGHT_DERIVE, 0);
    if (s->stanza->dma)
        package_number(p, "dma", s->stanza->dma, "%s=%lu");
    package_grant(p, "dma", s->dma,
                  MEMORY_READ | MEMORY_WRITE | MEMORY_PHYS | RIGHT_DERIVE, 0);
    if (s->device != HANDLE_NONE) {
        package_number(p, "address", s->device_address, "%s=0x%lx");
        package_number(p, "line", s->device_line, "%s=%lu");
    }
    package_grant(p, "device", s->device,
                  MEMORY_READ | MEMORY_WRITE | RIGHT_DERIVE, 0);
    package_grant(p, "irq", s->irq, IRQ_BIND, 0);
}

/* Grants init's memory object `name`, in which what counts is at `content`. Its
 * place is told in arguments: name=<bytes>, offset=<in the first page>. */
static void
package_file(struct package *p, const char *name, const void *content,
             size_t bytes)
{
    package_grant(p, name, startup_handle(name), MEMORY_READ | RIGHT_DERIVE, 0);
    package_number(p, name, bytes, "%s=%lu");
    package_number(p, "offset", (uintptr_t)content % PAGE_BYTES, "%s=%lu");
}

/* What the stanza's `grants` and `uses` say. */
static void
package_reach(struct package *p, const struct service *s)
{
    const struct stanza *stanza = s->stanza;
    unsigned grants = stanza->grants;
    rights_t machine = MACHINE_LOG | RIGHT_DERIVE;

    machine |= grants & GRANT_INSPECT ? MACHINE_INSPECT : 0;
    machine |= grants & GRANT_TRACE ? MACHINE_TRACE : 0;
    machine |= grants & GRANT_POWER ? MACHINE_POWER : 0;
    package_grant(p, "machine", startup_handle("machine"), machine, 0);
    if (grants & GRANT_ADMIN)
        package_grant(p, "admin", init_endpoint, ENDPOINT_SEND | RIGHT_DERIVE,
                      SERVICE_ADMIN);
    if (grants & GRANT_ARCHIVE)
        package_file(p, "archive", boot_information.archive,
                     boot_information.archive_bytes);
    if (grants & GRANT_TREE)
        package_file(p, "tree", boot_information.tree,
                     boot_information.tree_bytes);
    if (grants & GRANT_RINGS)
        package_grant(p, "rings", startup_handle("rings"),
                      MEMORY_READ | RIGHT_DERIVE, 0);
    for (unsigned i = 0; i < stanza->uses.count; i++) {
        const struct service *used = service_named(stanza->uses.words[i]);

        package_grant(p, used->stanza->name, used->endpoint, ENDPOINT_SEND,
                      s->number);
    }
}

/* How many frames the service's process is given. */
static uint64_t
service_frames(const struct service *s)
{
    struct inspection i;
    uint64_t reserve = boot_information.frames / RESERVE_PART;

    if (!s->stanza->has_rest)
        return s->stanza->frames;
    if (sys_process_inspect(startup_handle("self"), &i) != OK ||
        i.values[2] < reserve + REST_FRAMES_MIN)
        return REST_FRAMES_MIN;
    return i.values[2] - reserve;
}

err_t
service_spawn(struct service *s, const char **problem)
{
    const struct stanza *stanza = s->stanza;
    static struct package p; /* large */
    struct spawned spawned;

    p.count = p.argument_count = 0;
    package_grant(&p, "service", s->endpoint,
                  ENDPOINT_RECV | ENDPOINT_SEND | RIGHT_DERIVE | RIGHT_MOVE, 0);
    package_grant(&p, "init", s->init, ENDPOINT_SEND, 0);
    package_memory(&p, s);
    package_reach(&p, s);
    for (unsigned i = 0; i < stanza->arguments.count; i++)
        p.arguments[p.argument_count++] = stanza->arguments.words[i];
    p.arguments[p.argument_count] = NULL;

    struct spawn_request request = {
        .name = stanza->name,
        .image = s->image,
        .image_bytes = s->image_bytes,
        .arguments = p.arguments,
        .environment = init_environment,
        .grants = p.grants,
        .grant_count = p.count,
        .frames = service_frames(s),
        .slots = stanza->slots,
        .stack_pages = stanza->stack,
        .priority = (unsigned)stanza->priority,
        .supervisor = s->init,
    };

    for (unsigned i = 0; i < STARTUP_FILES && stanza->terminal; i++)
        request.files[i] = (struct startup_file){
            stanza->terminal, i == STDIN_FILENO ? O_RDONLY : O_WRONLY};

    err_t error = spawn_process(&request, &spawned);

    s->process = spawned.process;
    *problem = spawned.problem;
    return error;
}

/* SPDX-License-Identifier: MIT */
/* init, the first program: starts the services of the manifest, keeps what
 * must outlive them, and starts them again when they end.
 *
 * It is one loop. Everything that happens comes as a message to one endpoint:
 * a service is ready, has faulted, has ended; somebody gives an order; a
 * deadline is over. After each of them init does what is due (supervisor.c).
 * It never waits for a service: what it tells others goes without waiting and
 * is tried again.
 *
 *     manifest  what there shall be        device      what the machine has
 *     service   what init keeps            supervisor  what follows an end
 *     tell      the name server hears it   order       somebody asks
 *     replace   another program            power       the end
 *
 * It has what the kernel gives the first program (lib/boot.h). */
#include "device.h"
#include "init.h"
#include "order.h"
#include "power.h"
#include "supervisor.h"

#include <lib/boot.h>
#include <lib/devicetree.h>
#include <lib/error.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

handle_t init_endpoint;
uint64_t ticks_per_second = 10000000; /* unless the tree says otherwise */
struct manifest manifest;

static char timebase[32];
const char *const init_environment[] = {timebase, NULL};

/* Ends the machine: this cannot go on. */
_Noreturn static void
init_fail(const char *problem)
{
    log_problem("init", "%s", problem);
    (void)!sys_machine_power_off(startup_handle("machine"), EXIT_FAILURE);
    exit(EXIT_FAILURE);
}

static void
ticks_read(void)
{
    size_t bytes;
    const unsigned char *value =
        devicetree_property(boot_information.tree, boot_information.tree_bytes,
                            "/cpus", "timebase-frequency", &bytes);

    if (value && bytes == 4)
        ticks_per_second = (uint64_t)value[0] << 24 | (uint64_t)value[1] << 16 |
                           (uint64_t)value[2] << 8 | value[3];
    snprintf(timebase, sizeof(timebase), "TIMEBASE=%lu", ticks_per_second);
}

static void
manifest_problem(unsigned line, const char *problem)
{
    log_problem("init", "manifest:%u: %s", line, problem);
}

/* Reads the manifest of the boot archive. */
static void
manifest_load(void)
{
    size_t bytes;
    const char *file = boot_file("manifest", &bytes);
    char *text = file ? malloc(bytes + 1) : NULL;

    if (!text)
        init_fail("there is no file \"manifest\" in the boot archive: it says "
                  "what to start");
    memcpy(text, file, bytes);
    text[bytes] = '\0';
    manifest_read(&manifest, text, manifest_problem);
}

/* Does what the message says and answers it, if it wants an answer. */
static void
message_handle(struct message *m)
{
    struct service *s = service_numbered(m->badge);

    if (m->header & MESSAGE_SIGNAL) {
        if (m->words[0] & INIT_SIGNAL_FLUSHED)
            power_flushed();
        return;
    }
    if (m->header & (MESSAGE_FAULT | MESSAGE_ENDED) && !s)
        return; /* not one of ours: cannot be */
    if (m->header & MESSAGE_FAULT)
        supervisor_fault(s, m);
    else if (m->header & MESSAGE_ENDED)
        supervisor_ended(s, m);
    else
        order_handle(m);
    /* The caller may be gone. That is no reason to do anything. */
    if (m->token)
        (void)!sys_endpoint_reply(m);
}

int
main(void)
{
    ticks_read();
    manifest_load();
    if (sys_endpoint_create(startup_handle("self"), &init_endpoint) != OK)
        init_fail("there is no endpoint to be had");
    service_prepare_all(&manifest);
    supervisor_begin();

    for (;;) {
        struct message m;
        /* Messages come before the next start: so a service that is ready is
         * so at once, however many are still to be started. */
        uint64_t flags = supervisor_work() ? MESSAGE_NOWAIT : 0;
        err_t error = sys_endpoint_recv(init_endpoint, flags, &m);

        if (error == OK)
            message_handle(&m);
        else if (error != ERR_WOULD_BLOCK)
            init_fail(error_text(error));
    }
}

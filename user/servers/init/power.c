/* SPDX-License-Identifier: MIT */
/* To flush is a call to a service, and init waits for no service: so a second
 * thread makes the calls, and the first one gives it some time. A service that
 * is being started again meanwhile is waited for, one that hangs is not.
 *
 * Power-off is a system call. A reset is not: it is a register of the device
 * that QEMU calls the test finisher, sifive,test0. */
#include "power.h"

#include "init.h"
#include "service.h"

#include <lib/boot.h>
#include <lib/devicetree.h>
#include <lib/error.h>
#include <lib/places.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/thread.h>
#include <lib/ticks.h>
#include <proto/file.h>

#include <string.h>

enum {
    FLUSH_SECONDS = 5,
    FLUSH_PRIORITY = 32,
    FLUSH_STACK_BYTES = 8192,
    FINISHER_RESET = 0x7777,
};

static struct {
    bool is_going; /* down */
    bool is_flushed;
    enum service_power what;
    uint64_t status;
    uint64_t deadline; /* in ticks */
} power;

/* Handles to the services to flush, and to the thread that waits. */
static handle_t flush_handles[SERVICES_MAX];
static unsigned flush_count;
static handle_t flush_done;
static const char *flush_names[SERVICES_MAX];

static _Alignas(16) char flush_stack[FLUSH_STACK_BYTES];

/* Opens the server's root and brings to the disk what there is. */
static int
server_flush(handle_t server)
{
    struct file root = {.server = server};
    struct file file;
    struct file_status status;
    int error = path_open(&root, "", 0, FILE_TO_READ, &file, &status);

    if (error == 0)
        error = file_sync(&file);
    if (error == 0)
        error = file_close(&file);
    return error;
}

static void
flush_run(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < flush_count; i++) {
        int error = server_flush(flush_handles[i]);

        if (error != 0)
            log_problem(flush_names[i], "COULD NOT FLUSH: %s", strerror(error));
    }
    (void)!sys_thread_signal(flush_done);
}

/* Makes the handles that the second thread needs, and starts it. */
MUST_CHECK static err_t
flush_begin(void)
{
    handle_t self = startup_handle("self");
    handle_t thread;
    err_t error = sys_handle_mint(startup_handle("thread"), self, THREAD_SIGNAL,
                                  INIT_SIGNAL_FLUSHED, &flush_done);

    for (unsigned i = 0; i < service_count && error == OK; i++) {
        const struct service *s = &services[i];

        if (!s->stanza->is_flushed || s->endpoint == HANDLE_NONE)
            continue;
        flush_names[flush_count] = s->stanza->name;
        error = sys_handle_mint(s->endpoint, self, ENDPOINT_SEND, SERVICE_ADMIN,
                                &flush_handles[flush_count++]);
    }
    if (error != OK)
        return error;
    return thread_start(flush_run, NULL, flush_stack, sizeof(flush_stack),
                        FLUSH_PRIORITY, &thread);
}

void
power_begin(enum service_power what, uint64_t status)
{
    err_t error;

    if (power.is_going)
        return;
    power.is_going = true;
    power.what = what;
    power.status = status;
    power.deadline = ticks_now() + FLUSH_SECONDS * ticks_per_second;
    error = flush_begin();
    if (error != OK) {
        log_problem("init", "CANNOT FLUSH: %s", error_text(error));
        power.is_flushed = true;
    }
}

void
power_flushed(void)
{
    power.is_flushed = true;
}

/* Resets the machine. Comes back only if it cannot. */
static void
machine_reset(void)
{
    handle_t self = startup_handle("self");
    struct devicetree_device finisher;
    handle_t part;

    if (devicetree_device(boot_information.tree, boot_information.tree_bytes,
                          "sifive,test0", 0, &finisher) &&
        sys_memory_cut(self, startup_handle("devices"),
                       finisher.address / PAGE_BYTES, 1, &part) == OK &&
        sys_memory_map(self, part, PLACE_DEVICE, 0, 1,
                       MEMORY_READ | MEMORY_WRITE) == OK)
        *(volatile uint32_t *)(PLACE_DEVICE + finisher.address % PAGE_BYTES) =
            FINISHER_RESET;
}

uint64_t
power_work(void)
{
    if (!power.is_going)
        return 0;
    if (!power.is_flushed && ticks_now() < power.deadline)
        return power.deadline;
    if (!power.is_flushed)
        log_problem("init", "goes down without a service that hangs");
    if (power.what == SERVICE_REBOOT)
        machine_reset();
    (void)!sys_machine_power_off(startup_handle("machine"), power.status);
    log_problem("init", "CANNOT SWITCH THE MACHINE OFF");
    power.is_going = false;
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* A driver that wants more than its device: it tries every handle that it can
 * name for the registers of another. */
#include <lib/error.h>
#include <lib/places.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/service.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define PLACE_OTHER (PLACE_DEVICE + 0x100000)

enum { SLOTS = 64, GENERATIONS = 4, UART = 0x10000, LINE = 10 };

static bool is_ok = true;

static void
check_error(const char *what, err_t got, err_t expected)
{
    if (got == expected)
        return;
    printf("driver FAILED: %s: %s, expected %s\n", what, error_name(got),
           error_name(expected));
    is_ok = false;
}

/* What it is for. */
static void
own_device_use(handle_t self, handle_t device)
{
    const volatile uint32_t *registers =
        (const volatile uint32_t *)PLACE_DEVICE;
    const char *address = startup_argument("address");
    const char *line = startup_argument("line");

    check_error("its own registers",
                sys_memory_map(self, device, PLACE_DEVICE, 0, 1,
                               MEMORY_READ | MEMORY_WRITE),
                OK);
    if (registers[0] == 0 && registers[1] == 0) {
        printf("driver FAILED: the clock stands\n");
        is_ok = false;
    }
    printf("driver at %s, line %s\n", address ? address : "?",
           line ? line : "?");
}

int
main(void)
{
    handle_t self = startup_handle("self");
    handle_t device = startup_handle("device");
    uint64_t physical;
    unsigned opened = 0;
    handle_t part;

    own_device_use(self, device);
    check_error("a page behind it",
                sys_memory_map(self, device, PLACE_OTHER, 1, 1, MEMORY_READ),
                ERR_ARGUMENT);
    check_error("a cut of it", sys_memory_cut(self, device, 0, 1, &part),
                ERR_ARGUMENT);
    check_error("another line",
                sys_irq_create(self, startup_handle("irq"), LINE, &part),
                ERR_ARGUMENT);
    check_error("where it is", sys_memory_address(device, &physical),
                ERR_RIGHTS);
    check_error("where DMA memory is",
                sys_memory_address(startup_handle("dma"), &physical), OK);
    /* All that it could name: only its device and its DMA memory map. */
    for (uint64_t generation = 1; generation <= GENERATIONS; generation++)
        for (uint64_t slot = 0; slot < SLOTS; slot++) {
            handle_t handle = HANDLE_NAME(generation, slot);

            if (sys_memory_cut(self, handle, UART, 1, &part) == OK ||
                sys_irq_create(self, handle, LINE, &part) == OK)
                is_ok = false;
            if (sys_memory_map(self, handle, PLACE_OTHER, 0, 1, MEMORY_READ) !=
                OK)
                continue;
            opened++;
            check_error("unmapping", sys_memory_unmap(self, PLACE_OTHER, 1),
                        OK);
        }
    printf("driver can open %u\n", opened);
    if (is_ok && opened == 2)
        printf("driver keeps to itself\n");
    return service_ready(startup_handle("init"), "") != OK ||
           sys_endpoint_recv(startup_handle("service"), 0,
                             &(struct message){0}) != OK;
}

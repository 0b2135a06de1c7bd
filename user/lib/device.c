/* SPDX-License-Identifier: MIT */
#include <lib/device.h>

#include <lib/places.h>
#include <lib/startup.h>

#include <stdlib.h>

/* Maps the memory for DMA behind the registers, if there is any. */
static err_t
dma_map(struct device *device)
{
    const char *pages = startup_argument("dma");
    uint64_t count = pages ? strtoul(pages, NULL, 10) : 0;
    uint64_t place = PLACE_DEVICE + PAGE_BYTES;
    handle_t dma = startup_handle("dma");
    err_t error;

    if (count == 0)
        return OK;
    error = sys_memory_map(startup_handle("self"), dma, place, 0, count,
                           MEMORY_READ | MEMORY_WRITE);
    if (error == OK)
        error = sys_memory_address(dma, &device->dma_address);
    if (error == OK) {
        device->dma = (void *)place;
        device->dma_bytes = count * PAGE_BYTES;
    }
    return error;
}

err_t
device_open(struct device *device)
{
    err_t error =
        sys_memory_map(startup_handle("self"), startup_handle("device"),
                       PLACE_DEVICE, 0, 1, MEMORY_READ | MEMORY_WRITE);

    *device = (struct device){
        .registers = PLACE_DEVICE,
        .irq = startup_handle("irq"),
    };
    return error != OK ? error : dma_map(device);
}

err_t
device_listen(const struct device *device, handle_t thread)
{
    handle_t marked;
    err_t error = sys_handle_mint(thread, startup_handle("self"), THREAD_SIGNAL,
                                  DEVICE_INTERRUPT, &marked);

    if (error == OK) {
        error = sys_irq_bind(device->irq, marked);
        (void)!sys_handle_close(marked);
    }
    return error;
}

void
device_rearm(const struct device *device)
{
    /* ERR_ARGUMENT: it has not interrupted, so it may anyway. */
    (void)!sys_irq_ack(device->irq);
}

/* SPDX-License-Identifier: MIT */
/* What a driver has of its device: registers, an interrupt, memory for DMA.
 *
 * It is given them as grants and nothing else of the machine: "device" is
 * memory that is the registers' page, "irq" the device's interrupt line, and
 * "dma" memory that its supervisor made and keeps, whose physical address the
 * driver may ask for ("dma=<pages>" says how much it is). An interrupt comes
 * as the signal DEVICE_INTERRUPT to the thread that listens, and the line
 * keeps quiet until device_rearm.
 *
 * A device sees memory at other times than this hart does. So the functions
 * below order the two: what was written to memory before a register is
 * written is there when the device looks, and what is read from memory after a
 * register was read is what the device had put there. */
#pragma once

#include <lib/syscall.h>

#include <stddef.h>

/* The signal's bit. */
enum { DEVICE_INTERRUPT = 1 };

struct device {
    uintptr_t registers; /* where they are mapped */
    handle_t irq;        /* HANDLE_NONE: it was granted none */
    void *dma;           /* mapped as one piece; NULL if there is none */
    size_t dma_bytes;
    uint64_t dma_address; /* as the device sees it */
};

/* Maps what was granted into `*device`. */
MUST_CHECK err_t device_open(struct device *device);

/* Has the interrupt signal `thread`, a handle without a badge. */
MUST_CHECK err_t device_listen(const struct device *device, handle_t thread);

/* The device has been served, and may interrupt again. */
void device_rearm(const struct device *device);

static inline uint8_t
device_read8(const struct device *device, unsigned offset)
{
    uint8_t value = *(volatile uint8_t *)(device->registers + offset);

#ifdef __riscv
    __asm__ volatile("fence i, ir" ::: "memory");
#endif
    return value;
}

static inline void
device_write8(const struct device *device, unsigned offset, uint8_t value)
{
#ifdef __riscv
    __asm__ volatile("fence ow, o" ::: "memory");
#endif
    *(volatile uint8_t *)(device->registers + offset) = value;
}

static inline uint32_t
device_read32(const struct device *device, unsigned offset)
{
    uint32_t value = *(volatile uint32_t *)(device->registers + offset);

#ifdef __riscv
    __asm__ volatile("fence i, ir" ::: "memory");
#endif
    return value;
}

static inline void
device_write32(const struct device *device, unsigned offset, uint32_t value)
{
#ifdef __riscv
    __asm__ volatile("fence ow, o" ::: "memory");
#endif
    *(volatile uint32_t *)(device->registers + offset) = value;
}

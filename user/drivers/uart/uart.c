/* SPDX-License-Identifier: MIT */
#include "uart.h"

/* Registers, one byte each. */
enum {
    DATA = 0,   /* reading takes a byte, writing sends one */
    ENABLE = 1, /* interrupts */
    FIFO = 2,   /* writing only */
    FORMAT = 3, /* of a byte on the line */
    MODEM = 4,
    STATUS = 5,
};

enum { ENABLE_RECEIVED = 1 << 0, ENABLE_SENT = 1 << 1 };
enum { STATUS_RECEIVED = 1 << 0, STATUS_SENT = 1 << 5 };

enum {
    FIFO_ON = 1,
    FORMAT_8N1 = 3,
    MODEM_READY = 0x0b, /* DTR, RTS, and the interrupt's gate */

    /* The port has room for 16 bytes when it has sent all. One of them is for
     * the kernel's log, which may come between our look and our bytes. */
    BURST = 15,
};

static struct device port;
static uint8_t enabled; /* what ENABLE was last written */

/* Both ends of the port's work: what it may interrupt for now. */
static void
uart_enable(void)
{
    bool is_full = kept->received - state_now()->edited == INPUT_BYTES;
    bool is_sent = kept->sent == state_now()->written;
    uint8_t wanted = (uint8_t)((is_full ? 0 : ENABLE_RECEIVED) |
                               (is_sent ? 0 : ENABLE_SENT));

    if (wanted != enabled) {
        enabled = wanted;
        device_write8(&port, ENABLE, wanted);
    }
}

/* Takes bytes while there are any and there is room for them. */
static void
uart_receive(void)
{
    uint64_t received = kept->received, end = state_now()->edited + INPUT_BYTES;

    while (received != end && (device_read8(&port, STATUS) & STATUS_RECEIVED)) {
        kept->input[received % INPUT_BYTES] = device_read8(&port, DATA);
        word_decide(&kept->received, ++received);
    }
}

void
uart_transmit(void)
{
    const struct device device = port; /* and `k`: each byte needs them */
    struct kept *const k = kept;
    uint64_t sent = k->sent, end = state_now()->written;

    while (sent != end && (device_read8(&device, STATUS) & STATUS_SENT)) {
        uint64_t stop = end - sent > BURST ? sent + BURST : end;

        while (sent != stop) {
            device_write8(&device, DATA,
                          (uint8_t)k->output[sent % OUTPUT_BYTES]);
            word_decide(&k->sent, ++sent);
        }
    }
    uart_enable();
}

void
uart_interrupt(void)
{
    uart_receive();
    uart_transmit();
    device_rearm(&port);
}

bool
uart_resume(void)
{
    uint64_t received = kept->received;

    if (!(enabled & ENABLE_RECEIVED)) {
        uart_receive();
        uart_enable();
    }
    return kept->received != received;
}

/* The firmware has set the line's speed. Whether the FIFO is on must not
 * change, and it must not be emptied: bytes may be in it. */
err_t
uart_open(void)
{
    err_t error = device_open(&port);

    if (error != OK)
        return error;
    device_write8(&port, ENABLE, 0);
    device_write8(&port, FORMAT, FORMAT_8N1);
    device_write8(&port, FIFO, FIFO_ON);
    device_write8(&port, MODEM, MODEM_READY);
    return OK;
}

err_t
uart_listen(handle_t thread)
{
    err_t error = device_listen(&port, thread);

    if (error == OK)
        uart_enable();
    return error;
}

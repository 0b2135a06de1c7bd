/* SPDX-License-Identifier: MIT */
/* What the scenarios about signals, deadlines and interrupts share: threads
 * that listen and note what they hear, handles that signal, and the clock. */
#pragma once

#include "scenario.h"

#include <lib/devicetree.h>

/* A listener that hears this bit ends. */
#define LISTENER_STOP (UINT64_C(1) << 63)

struct listener {
    handle_t port;         /* where it receives; HANDLE_NONE: signals only */
    handle_t thread;       /* all rights */
    unsigned count;        /* messages that it has heard */
    struct message last;   /* the newest */
    struct message before; /* the one before */
    bool is_done;
    char stack[STACK_BYTES] __attribute__((aligned(16)));
};

static void
listener_run(void *argument)
{
    struct listener *l = argument;
    bool is_stopped = false;

    while (!is_stopped) {
        /* What is left in the registers must not pass for a message. */
        struct message m = {.header = 7, .words = {6, 5, 4, 3, 2}};

        if (sys_endpoint_reply_recv(l->port, &m) != OK)
            break;
        is_stopped = m.header & MESSAGE_SIGNAL && m.words[0] & LISTENER_STOP;
        if (!is_stopped) {
            l->before = l->last;
            l->last = m;
            l->count++;
        }
    }
    l->is_done = true;
}

/* Starts it; if it is more urgent than we are, it listens when this returns. */
static inline void
listener_start(struct listener *l, handle_t port, unsigned priority)
{
    l->port = port;
    l->count = 0;
    l->is_done = false;
    check_error(thread_start(listener_run, l, l->stack, sizeof(l->stack),
                             priority, &l->thread),
                OK, "a listener");
}

/* A handle that signals `bits` to `thread`. */
static inline handle_t
signaller(handle_t thread, uint64_t bits)
{
    handle_t minted = HANDLE_NONE;

    check_error(sys_handle_mint(thread, self, THREAD_SIGNAL, bits, &minted), OK,
                "a handle to signal with");
    return minted;
}

/* If the thread ends of it, the handle is gone by itself. */
static inline void
signal(handle_t thread, uint64_t bits)
{
    handle_t minted = signaller(thread, bits);

    check_error(sys_thread_signal(minted), OK, "a signal");
    (void)!sys_handle_close(minted);
}

static inline void
listener_stop(struct listener *l)
{
    signal(l->thread, LISTENER_STOP);
    for (unsigned turn = 0; turn < 1000 && !l->is_done; turn++)
        sys_thread_yield();
    check(l->is_done, "a listener does not stop");
}

/* Whether `m` is the message that tells of these signals, and nothing else. */
static inline bool
is_signal(const struct message *m, uint64_t bits)
{
    return m->header == MESSAGE_SIGNAL && m->words[0] == bits &&
           m->words[1] == 0 && m->words[2] == 0 && m->words[3] == 0 &&
           m->words[4] == 0 && m->token == 0 && m->badge == 0;
}

/* We receive signals, and it is `bits`; with `flags` as sys_endpoint_recv. */
static inline void
expect_signal(handle_t port, uint64_t flags, uint64_t bits, const char *what)
{
    struct message m;
    err_t error = sys_endpoint_recv(port, flags, &m);

    check_error(error, OK, what);
    if (error == OK)
        check(is_signal(&m, bits), what);
}

/* There is none. */
static inline void
expect_silence(const char *what)
{
    struct message m;

    check_error(sys_endpoint_recv(HANDLE_NONE, MESSAGE_NOWAIT, &m),
                ERR_WOULD_BLOCK, what);
}

static inline uint64_t
clock_ticks(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

/* A big-endian number in the device tree, 0 if it is not there: the first
 * `bytes` bytes of a property. */
static inline uint64_t
tree_number(const char *path, const char *name, size_t bytes)
{
    size_t length = 0;
    const unsigned char *value =
        devicetree_property(boot_information.tree, boot_information.tree_bytes,
                            path, name, &length);
    uint64_t number = 0;

    for (size_t i = 0; value && length >= bytes && i < bytes; i++)
        number = number << 8 | value[i];
    return number;
}

static inline uint64_t
clock_microseconds(uint64_t us)
{
    return tree_number("/cpus", "timebase-frequency", 4) * us / 1000000;
}

/* Keeps the hart busy for so long. */
static inline void
spin(uint64_t us)
{
    uint64_t end = clock_ticks() + clock_microseconds(us);

    while (clock_ticks() < end)
        ;
}

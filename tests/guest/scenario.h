/* SPDX-License-Identifier: MIT */
/* What programs made of scenarios share. A scenario sets a situation up, makes
 * something happen, and checks what everybody sees. One line each:
 *
 *     scenario NAME ok         or what went wrong
 *
 * Each is played twice, and the second time must leave as many frames and as
 * many free slots in this process's table as it found.
 *
 * This program runs at priority 32. Parties and waiters at 40 run at once and
 * until they wait. */
#pragma once

#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/thread.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { URGENT = 40, SAME = 32, STACK_BYTES = 2048 };

static handle_t self;
static const char *scenario;
static bool is_ok;

static void
check(bool claim, const char *text)
{
    if (!claim) {
        printf("scenario %s FAILED: %s\n", scenario, text);
        is_ok = false;
    }
}

static void
check_error(err_t got, err_t expected, const char *what)
{
    if (got != expected) {
        printf("scenario %s FAILED: %s: got %s, expected %s\n", scenario, what,
               error_name(got), error_name(expected));
        is_ok = false;
    }
}

static inline handle_t
port_create(void)
{
    handle_t port = HANDLE_NONE;

    check_error(sys_endpoint_create(self, &port), OK, "an endpoint");
    return port;
}

static inline handle_t
copy(handle_t source, rights_t rights)
{
    handle_t result = HANDLE_NONE;

    check_error(sys_handle_copy(source, self, rights, &result), OK, "a copy");
    return result;
}

static inline void
close(handle_t handle)
{
    check_error(sys_handle_close(handle), OK, "closing");
}

/* Waits until the process that has been told to end is gone. */
static void
await_end(handle_t process)
{
    while (sys_process_kill(process, 0) == OK)
        sys_thread_yield();
}

/* A thread of ours that makes one call and notes how it ended. */
struct waiter {
    enum { WAIT_SEND, WAIT_CALL, WAIT_RECV } kind;
    handle_t handle;
    uint64_t flags;   /* of the message */
    handle_t carried; /* its last word, if that is not HANDLE_NONE */
    err_t result;
    bool is_done;
    struct message message;
    char stack[STACK_BYTES] __attribute__((aligned(16)));
};

static void
waiter_run(void *argument)
{
    struct waiter *w = argument;

    w->message =
        (struct message){.header = 3 | w->flags, .words = {9, 8, 7, 6, 5}};
    if (w->carried != HANDLE_NONE)
        w->message.words[4] = w->carried;
    if (w->kind == WAIT_SEND)
        w->result = sys_endpoint_send(w->handle, &w->message);
    else if (w->kind == WAIT_CALL)
        w->result = sys_endpoint_call(w->handle, &w->message);
    else
        w->result = sys_endpoint_recv(w->handle, 0, &w->message);
    w->is_done = true;
}

/* Starts it above our priority, or at the one that a caller of ours lends us:
 * when this returns it waits, or is done. */
static inline void
waiter_start(struct waiter *w)
{
    handle_t thread = HANDLE_NONE;

    w->is_done = false;
    check_error(thread_start(waiter_run, w, w->stack, sizeof(w->stack), URGENT,
                             &thread),
                OK, "a thread");
    (void)!sys_handle_close(thread);
    sys_thread_yield();
}

static inline void
waiter_check(const struct waiter *w, err_t expected, const char *what)
{
    sys_thread_yield(); /* we may run as urgently as it does, lent by a caller
                         */
    check(w->is_done, "a waiter was forgotten");
    if (w->is_done)
        check_error(w->result, expected, what);
}

static bool
has_frames(uint64_t frames)
{
    handle_t process;
    err_t error = sys_process_create(self, frames, PROCESS_SLOTS_MIN, 0,
                                     process_name("probe"), &process);

    if (error == OK) {
        (void)!sys_process_kill(process, 0);
        await_end(process);
    }
    return error == OK;
}

static uint64_t
frames_left(void)
{
    uint64_t low = 4, high = boot_information.frames + 1;

    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (has_frames(middle))
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct scenario {
    const char *name;
    void (*play)(void);
};

/* Free slots in our table: fills it, and empties it again. */
static unsigned
slots_left(void)
{
    static handle_t scraps[256];
    unsigned count = 0, n;

    while (count < 256 && sys_handle_copy(self, self, 0, &scraps[count]) == OK)
        count++;
    for (n = count; n > 0; n--)
        (void)!sys_handle_close(scraps[n - 1]);
    return count;
}

/* Plays them all and ends the program. */
_Noreturn static void
scenarios_play(const struct scenario *scenarios, unsigned count)
{
    self = startup_handle("self");
    for (unsigned i = 0; i < count; i++) {
        scenario = scenarios[i].name;
        is_ok = true;
        scenarios[i].play(); /* once for pages that stay: the heap's */
        uint64_t frames = frames_left();
        unsigned slots = slots_left();
        scenarios[i].play();
        check(frames_left() == frames, "frames were lost or found");
        check(slots_left() == slots, "slots were lost or found");
        if (is_ok)
            printf("scenario %s ok\n", scenario);
    }
    test_end();
}

/* SPDX-License-Identifier: MIT */
/* The driver of the serial port, and the terminal at it: serves proto/file.h
 * and proto/terminal.h.
 *
 *     state.h    what is kept, and how it stays whole
 *     rings.h    what is put in and taken out of it
 *     line.h     a line that is being typed
 *     console.h  what requests and keys do
 *     files.h    who has the console open
 *     uart.h     the port
 *     main.c     the loop, and those who wait
 *
 * A request that cannot be served now keeps its client waiting: readers wait
 * for what is typed, writers for room, each in the order in which they came.
 * Nothing of this is kept: when the driver ends, the clients ask again.
 *
 * Grants: "service", the endpoint it receives from; "device", the registers;
 * "irq"; "kept0", 24 pages; "init", to say that it is ready; "self" and
 * "machine" as everybody. */
#include "console.h"
#include "files.h"
#include "uart.h"

#include <lib/kept.h>
#include <lib/request.h>
#include <lib/startup.h>
#include <lib/thread.h>
#include <proto/service.h>
#include <proto/terminal.h>

#include <stdio.h>
#include <stdlib.h>

enum { URGENT = 63, STACK_BYTES = 8192 };

/* Requests that wait, in the order in which they came. An open file has one at
 * most and takes it along when it is closed, so there is room. */
struct queue {
    struct message requests[FILES_MAX];
    unsigned first;
    unsigned count;
};

static struct queue readers, writers;
static handle_t watch; /* the thread that Ctrl-C signals */
static char stack[STACK_BYTES] __attribute__((aligned(16)));

static void
queue_add(struct queue *queue, struct message *m)
{
    queue->requests[(queue->first + queue->count++) % FILES_MAX] = *m;
    m->token = 0;
}

static void
queue_remove(struct queue *queue)
{
    queue->first = (queue->first + 1) % FILES_MAX;
    queue->count--;
}

/* Whether a request of the same file waits already. */
static bool
queue_has(const struct queue *queue, const struct message *m)
{
    for (unsigned i = 0; i < queue->count; i++) {
        const struct message *other =
            &queue->requests[(queue->first + i) % FILES_MAX];

        if (other->words[FILE_NUMBER] == m->words[FILE_NUMBER])
            return true;
    }
    return false;
}

/* Answers those whose file is open no more, however far behind they are. */
static void
queue_sweep(struct queue *queue)
{
    for (unsigned left = queue->count; left > 0; left--) {
        struct message m = queue->requests[queue->first];

        queue_remove(queue);
        if (files_find(&m)) {
            queue_add(queue, &m);
        } else {
            console_answer(&m, EBADF, 0, 0);
            (void)!sys_endpoint_reply(&m);
        }
    }
}

/* Serves requests from the first on, while `serve` can. */
static void
queue_serve(struct queue *queue,
            bool (*serve)(const struct open_file *file, struct message *m))
{
    while (queue->count > 0) {
        struct message *m = &queue->requests[queue->first];

        if (!serve(files_find(m), m))
            return;
        (void)!sys_endpoint_reply(m); /* ERR_TOKEN: nobody waits any more */
        queue_remove(queue);
    }
}

/* ------------------------------------------------------------------- Ctrl-C */

/* Ctrl-C came while the watcher was not reading: between its prompt, say, and
 * the request for a line. Its next request is told, unless it says before that
 * it watches, and so that it has heard. */
static bool is_watcher_to_hear;

/* Tells of Ctrl-C: those who read, and whoever watches. If its handle was our
 * predecessor's, it is told when it says again that it watches. */
static void
interrupt_tell(void)
{
    is_watcher_to_hear = true;
    for (; readers.count > 0; queue_remove(&readers)) {
        struct message *m = &readers.requests[readers.first];

        if (m->badge == state_now()->watcher)
            is_watcher_to_hear = false;
        console_answer(m, EINTR, 0, 0);
        (void)!sys_endpoint_reply(m);
    }
    if (watch != HANDLE_NONE)
        (void)!sys_thread_signal(watch);
    if (watch != HANDLE_NONE || state_now()->watcher == 0)
        console_interrupt_told();
}

/* From now on Ctrl-C is for `client`, who gave us `thread`; 0: for nobody. */
static void
watch_set(uint64_t client, handle_t thread)
{
    bool was_its = state_now()->watcher == client;
    struct control *next = state_begin();

    is_watcher_to_hear = false;
    if (watch != HANDLE_NONE)
        (void)!sys_handle_close(watch);
    watch = thread;
    next->watcher = client;
    state_commit();
    if (!state_now()->is_interrupted)
        return;
    if (was_its)
        (void)!sys_thread_signal(watch);
    console_interrupt_told();
}

/* ----------------------------------------------------------------- requests */

/* A request that may have to wait. */
static void
stream_serve(struct queue *queue, const struct open_file *file,
             struct message *m,
             bool (*serve)(const struct open_file *file, struct message *m))
{
    if (queue_has(queue, m))
        console_answer(m, EBUSY, 0, 0);
    else if (queue->count > 0 || !serve(file, m))
        queue_add(queue, m);
}

/* A request about an open file. */
static void
file_serve(struct open_file *file, struct message *m)
{
    if (file->sequence == m->words[FILE_SEQUENCE]) {
        /* Made again: our predecessor had served it. */
        console_answer(m, (int)file->error, file->results[0], file->results[1]);
        return;
    }
    switch (message_label(m)) {
    case FILE_CLOSE:
        files_close(file, m);
        queue_sweep(&readers);
        queue_sweep(&writers);
        break;
    case FILE_READ:
        if (!(file->flags & FILE_TO_READ)) {
            console_answer(m, EBADF, 0, 0);
        } else if (is_watcher_to_hear && m->badge == state_now()->watcher) {
            is_watcher_to_hear = false;
            console_answer(m, EINTR, 0, 0);
        } else {
            stream_serve(&readers, file, m, console_read);
        }
        break;
    case FILE_WRITE:
    case FILE_SYNC:
        if (file->flags & FILE_TO_WRITE || message_label(m) == FILE_SYNC)
            stream_serve(&writers, file, m, console_write);
        else
            console_answer(m, EBADF, 0, 0);
        break;
    case FILE_STAT:
        console_answer(m, 0, CONSOLE_MODE, 0);
        m->words[3] = m->words[4] = 0;
        break;
    case FILE_TRUNCATE: /* a stream has no length */
        console_answer(m, 0, 0, 0);
        break;
    case TERMINAL_MODE:
        console_mode(file, m);
        break;
    default:
        console_answer(m, message_label(m) == FILE_LIST ? ENOTDIR : ENOSYS, 0,
                       0);
    }
}

/* Serves the message in `m`, and leaves in it the answer, or token 0: there is
 * none now. */
static void
message_serve(struct message *m)
{
    bool has_handle = (m->header & MESSAGE_HANDLE) != 0;
    uint32_t label = message_label(m);
    struct open_file *file;

    if (label == TERMINAL_WATCH && has_handle) {
        watch_set(m->badge, m->words[MESSAGE_WORDS - 1]);
        console_answer(m, 0, 0, 0);
        return;
    }
    if (has_handle) /* we asked for none */
        (void)!sys_handle_close(m->words[MESSAGE_WORDS - 1]);

    if (label == FILE_GONE && m->badge == 0) {
        files_gone(m->words[0]);
        queue_sweep(&readers);
        queue_sweep(&writers);
        if (state_now()->watcher == m->words[0])
            watch_set(0, HANDLE_NONE);
    } else if (m->token == 0) {
        return; /* nobody waits for what we would do */
    } else if (label == FILE_OPEN) {
        files_open(m);
    } else if (label >= PATH_MAKE && label <= PATH_SPACE) {
        console_answer(m, ENOSYS, 0, 0);
    } else if ((file = files_find(m))) {
        file_serve(file, m);
    } else {
        /* Closing twice is closing: the first answer may not have come. */
        console_answer(m, label == FILE_CLOSE ? 0 : EBADF, 0, 0);
    }
}

/* All that can go on after something has happened. */
static void
console_run(void)
{
    do {
        if (console_interrupt())
            interrupt_tell();
        console_edit();
        queue_serve(&readers, console_read);
        uart_transmit();
        queue_serve(&writers, console_write);
        uart_transmit();
    } while (uart_resume());
}

static void
serve(handle_t self)
{
    handle_t service = startup_handle("service");
    struct message m = {0};

    if (uart_listen(self) != OK) {
        printf("uart: it cannot listen to its device\n");
        exit(EXIT_FAILURE);
    }
    (void)!service_ready(startup_handle("init"), "16550, interrupts");
    for (;;) {
        err_t error;

        console_run();
        error = request_next_taking(service, &m);
        if (error != OK)
            exit((int)error);

        if (m.header & MESSAGE_SIGNAL)
            uart_interrupt();
        else
            message_serve(&m);
    }
}

int
main(void)
{
    size_t bytes;
    void *memory = kept_memory(&bytes);

    if (!memory || !state_open(memory, bytes)) {
        printf("uart: what it kept is missing, or not its own\n");
        return EXIT_FAILURE;
    }
    if (uart_open() != OK) {
        printf("uart: its device cannot be mapped\n");
        return EXIT_FAILURE;
    }
    thread_continue(serve, stack, sizeof(stack), URGENT);
}

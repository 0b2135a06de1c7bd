/* SPDX-License-Identifier: MIT */
/* The name server: which server has a path, and who asks (proto/names.h).
 *
 * What it knows is in memory that outlives it (table.h); the handles to the
 * servers are not, so init registers its services' names anew when it was
 * started again. Until then those who look them up wait.
 *
 * It waits for nobody. A request that cannot be answered yet is parked, as it
 * came, and made again when something has changed. What servers have to be
 * told is sent without waiting and tried again after a while.
 *
 * Grants: "service", the endpoint it receives from (RECV, SEND, DERIVE);
 * "init"; memory to keep. */
#include "server.h"

#include <lib/kept.h>
#include <lib/startup.h>
#include <lib/ticks.h>
#include <proto/service.h>

enum {
    PARKED_MAX = 64,
    SIGNAL_RETRY = 1,
    RETRY_TICKS_FIRST = 10000, /* about a millisecond */
    RETRY_TICKS_MAX = 1000000,
};

struct table *table;
handle_t service;
handle_t endpoints[TABLE_NAMES_MAX];
bool has_changed;
bool has_ending = true; /* the server before may have left some */

static struct message parked[PARKED_MAX]; /* token 0: none */
static uint64_t retry_ticks = RETRY_TICKS_FIRST;

void
handle_drop(handle_t *handle)
{
    if (*handle != HANDLE_NONE)
        (void)!sys_handle_close(*handle);
    *handle = HANDLE_NONE;
}

err_t
handle_make(handle_t endpoint, uint64_t client, handle_t *handle)
{
    handle_t self = startup_handle("self");
    err_t error = sys_handle_mint(endpoint, self,
                                  ENDPOINT_SEND | RIGHT_DERIVE | RIGHT_MOVE,
                                  client, handle);
    handle_t probe;

    /* Who is dead, the server or we? A process that is being killed may run
     * for a moment on another hart, but its table takes no more handles. */
    if (error != ERR_DEAD)
        return error;
    if (sys_handle_copy(self, self, 0, &probe) == ERR_DEAD)
        return PARK;
    handle_drop(&probe);
    return ERR_DEAD;
}

/* ----------------------------------------------------------------- requests */

/* Does what the message asks. */
static err_t
request_handle(struct message *m)
{
    switch (message_label(m)) {
    case NAMES_REGISTER:
        return names_register(m);
    case NAMES_REMOVE:
        return names_remove(m);
    case NAMES_LOOKUP:
        return names_lookup(m);
    case NAMES_WAIT:
        return names_wait(m);
    case NAMES_FORK:
        return names_fork(m);
    case NAMES_END:
        return names_end(m);
    case NAMES_LIST:
        return names_list(m);
    default:
        return ERR_ARGUMENT;
    }
}

/* Makes `m`, a request, the answer to it; its token is 0 if there is none. */
static void
request_answer(struct message *m)
{
    struct message request;
    err_t error;

    if (m->header & MESSAGE_HANDLE && message_label(m) != NAMES_REGISTER) {
        handle_drop(&m->words[MESSAGE_WORDS - 1]);
        m->header &= ~MESSAGE_HANDLE;
    }
    if (m->badge == DIRECTORY_BADGE) {
        directory_answer(m);
        return;
    }
    request = *m;
    error = request_handle(m);
    if (error != OK && request.header & MESSAGE_HANDLE)
        handle_drop(&request.words[MESSAGE_WORDS - 1]);
    if (error == PARK) {
        for (unsigned i = 0; i < PARKED_MAX; i++)
            if (parked[i].token == 0) {
                parked[i] = request;
                m->token = 0;
                return;
            }
        error = ERR_FULL;
    }
    m->header = NAMES_DONE | (error == OK ? m->header : 0);
    m->words[0] = (uint64_t)error;
}

/* The answer in `m` could not be given, because of `error`. Leaves another one
 * in its place, or none. */
static void
answer_failed(struct message *m, err_t error)
{
    if (m->header & MESSAGE_HANDLE)
        handle_drop(&m->words[MESSAGE_WORDS - 1]);
    m->header = NAMES_DONE;
    m->words[0] = (uint64_t)error;
    if (error != ERR_FULL) /* its client is gone */
        m->token = 0;
}

/* Makes the parked requests again. */
static void
parked_retry(void)
{
    for (unsigned i = 0; i < PARKED_MAX; i++) {
        struct message m = parked[i];
        err_t error;

        if (m.token == 0)
            continue;
        parked[i].token = 0;
        request_answer(&m);
        if (m.token == 0)
            continue;
        error = sys_endpoint_reply(&m);
        if (error != OK)
            answer_failed(&m, error);
        if (error == ERR_FULL)
            (void)!sys_endpoint_reply(&m);
    }
}

/* Does what else there is to do, and asks to be woken if some of it has to be
 * tried again. */
static void
work(void)
{
    bool is_done = clients_bury();

    if (has_changed) {
        has_changed = false;
        parked_retry();
    }
    if (is_done) {
        retry_ticks = RETRY_TICKS_FIRST;
        return;
    }
    (void)!sys_thread_deadline(ticks_now() + retry_ticks, SIGNAL_RETRY);
    if (retry_ticks < RETRY_TICKS_MAX)
        retry_ticks *= 2;
}

int
main(void)
{
    struct message m = {0};
    size_t bytes;
    void *kept = kept_memory(&bytes);

    table = table_start(kept, bytes);
    if (!table)
        return (int)ERR_QUOTA;
    service = startup_handle("service");
    if (service_ready(startup_handle("init"), "64 names, 256 clients") != OK)
        return (int)ERR_DEAD;

    for (;;) {
        err_t error = sys_endpoint_reply_recv(service, &m);

        if (error != OK) {
            answer_failed(&m, error);
            continue;
        }
        if (!(m.header & MESSAGE_SIGNAL))
            request_answer(&m);
        work();
    }
}

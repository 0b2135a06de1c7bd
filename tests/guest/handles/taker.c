/* SPDX-License-Identifier: MIT */
/* Takes handles and uses them, as it is told (taker.h).
 *
 * Grants: "port", the endpoint to receive from; "self". */
#include "taker.h"

#include <lib/startup.h>
#include <lib/syscall.h>

enum { HOLD_MAX = 512 };

static handle_t kept;
static handle_t held[HOLD_MAX];
static unsigned held_count;

static void
release(void)
{
    while (held_count > 0)
        (void)!sys_handle_close(held[--held_count]);
}

static uint64_t
fill(void)
{
    handle_t self = startup_handle("self");

    while (held_count < HOLD_MAX &&
           sys_handle_copy(self, self, 0, &held[held_count]) == OK)
        held_count++;
    return held_count;
}

static uint64_t
hoard(void)
{
    handle_t self = startup_handle("self");

    while (held_count < HOLD_MAX &&
           sys_memory_create(self, 1, &held[held_count]) == OK)
        held_count++;
    return held_count;
}

static uint64_t
obey(const struct message *m)
{
    const struct message sent = {.header = TAKER_SENT, .words = {m->words[1]}};

    switch (message_label(m)) {
    case TAKER_KEEP:
        kept = message_flags(m) & MESSAGE_HANDLE ? m->words[4] : HANDLE_NONE;
        return OK;
    case TAKER_USE:
        return (uint64_t)sys_endpoint_send(kept, &sent);
    case TAKER_FILL:
        return fill();
    case TAKER_HOARD:
        return hoard();
    default:
        release();
        return OK;
    }
}

int
main(void)
{
    handle_t port = startup_handle("port");
    struct message m;
    err_t error = sys_endpoint_recv(port, 0, &m);

    while (error == OK && message_label(&m) != TAKER_END) {
        m.words[0] = obey(&m);
        m.header = 0;
        error = sys_endpoint_reply_recv(port, &m);
    }
    return error;
}

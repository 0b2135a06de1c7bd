/* SPDX-License-Identifier: MIT */
/* Scenarios: a message cannot take its handle along, and whichever of the four
 * calls sent it says why. Then nothing has been done: the handle is where it
 * was, the receiver still waits, the token is still good. */
#include "../scenario.h"

static struct waiter waiters[2];
static handle_t scraps[256];
static unsigned scrap_count;

static void
table_fill(void)
{
    while (scrap_count < sizeof(scraps) / sizeof(scraps[0]) &&
           sys_handle_copy(self, self, 0, &scraps[scrap_count]) == OK)
        scrap_count++;
}

static void
table_empty(void)
{
    while (scrap_count > 0)
        close(scraps[--scrap_count]);
}

/* Tries to send `handle` with a new message, both ways. */
static void
refused_when_sent(handle_t port, handle_t handle, err_t expected)
{
    const struct message plan = {.header = MESSAGE_HANDLE,
                                 .words = {1, 2, 3, 4, handle}};
    struct message m = plan;

    check_error(sys_endpoint_send(port, &m), expected, "send");
    m = plan;
    check_error(sys_endpoint_call(port, &m), expected, "call");
}

/* Tries to send `handle` with the answer to `caller`, both ways. */
static void
refused_when_answered(handle_t port, token_t caller, handle_t handle,
                      err_t expected)
{
    const struct message plan = {.header = MESSAGE_HANDLE | MESSAGE_NOWAIT,
                                 .words = {1, 2, 3, 4, handle},
                                 .token = caller};
    struct message m = plan;

    check_error(sys_endpoint_reply(&m), expected, "reply");
    m = plan;
    check_error(sys_endpoint_reply_recv(port, &m), expected, "reply_recv");
}

/* Starts a waiter that calls; its token. */
static token_t
caller_start(struct waiter *w, handle_t port)
{
    struct message m;

    w->kind = WAIT_CALL;
    w->handle = port;
    waiter_start(w);
    check_error(sys_endpoint_recv(port, MESSAGE_NOWAIT, &m), OK, "recv");
    return m.token;
}

/* A handle through which a thread waits does not go away under it. */
static void
scenario_busy(void)
{
    handle_t port = port_create(), other = port_create();
    handle_t mobile = copy(other, ENDPOINT_RECV | RIGHT_MOVE);
    token_t caller = caller_start(&waiters[1], port);
    struct message m = {.token = caller};

    waiters[0].kind = WAIT_RECV;
    waiters[0].handle = mobile;
    waiter_start(&waiters[0]);
    refused_when_sent(port, mobile, ERR_BUSY);
    refused_when_answered(port, caller, mobile, ERR_BUSY);
    check(!waiters[0].is_done && !waiters[1].is_done, "somebody was woken");
    check_error(sys_endpoint_reply(&m), OK, "an answer without it");
    waiter_check(&waiters[1], OK, "the caller");
    close(mobile);
    waiter_check(&waiters[0], ERR_REVOKED, "who waited through it");
    close(other);
    close(port);
}

/* Where there is no slot free no handle goes, and it stays with its sender. */
static void
scenario_full(void)
{
    handle_t port = port_create(), other = port_create();
    handle_t mobile = copy(other, ENDPOINT_SEND | RIGHT_MOVE);
    token_t caller = caller_start(&waiters[1], port);
    struct message m = {.header = 5};

    waiters[0].kind = WAIT_RECV;
    waiters[0].handle = port;
    waiter_start(&waiters[0]);
    table_fill();
    refused_when_sent(port, mobile, ERR_FULL);
    refused_when_answered(port, caller, mobile, ERR_FULL);
    table_empty();
    check(!waiters[0].is_done && !waiters[1].is_done, "somebody was woken");
    check_error(sys_endpoint_send(port, &m), OK, "a message without it");
    sys_thread_yield(); /* the caller lends us as much priority as it has */
    waiter_check(&waiters[0], OK, "the receiver");

    m = (struct message){.header = MESSAGE_HANDLE,
                         .words = {0, 0, 0, 0, mobile},
                         .token = caller};
    check_error(sys_endpoint_reply(&m), OK, "an answer with it");
    waiter_check(&waiters[1], OK, "the caller");
    check_error(sys_handle_close(mobile), ERR_HANDLE, "its old name");
    close(waiters[1].message.words[4]);
    close(other);
    close(port);
}

static const struct scenario scenarios[] = {
    {"busy", scenario_busy},
    {"full", scenario_full},
};

int
main(void)
{
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}

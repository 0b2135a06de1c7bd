/* SPDX-License-Identifier: MIT */
/* Scenarios: somebody signals a thread that runs, receives, or waits for
 * something else; the bits come out of its next receive, once. */
#include "../listener.h"

static struct listener listeners[2];
static struct waiter waiters[2];

/* Signals that come before the receive wait for it, and are then gone. */
static void
scenario_pending(void)
{
    handle_t me = startup_handle("thread");
    handle_t port = port_create();

    signal(me, 1 << 4);
    expect_signal(HANDLE_NONE, 0, 1 << 4, "signals only");
    expect_silence("heard twice");
    signal(me, LISTENER_STOP);
    expect_signal(port, MESSAGE_NOWAIT, LISTENER_STOP, "from an endpoint");
    expect_silence("heard twice");
    close(port);
}

/* Bits gather until the receive; the same bit twice is one. */
static void
scenario_gather(void)
{
    handle_t me = startup_handle("thread");

    signal(me, 1);
    signal(me, 6);
    signal(me, UINT64_C(1) << 40);
    signal(me, 2);
    expect_signal(HANDLE_NONE, 0, UINT64_C(1) << 40 | 7, "all together");
    signal(me, UINT64_MAX);
    expect_signal(HANDLE_NONE, 0, UINT64_MAX, "all there are");
    expect_silence("more than there were");
}

/* The message that tells of signals says nothing else, whatever was in the
 * registers: not even the badge of the message before. */
static void
scenario_form(void)
{
    handle_t port = port_create(), badged = HANDLE_NONE;
    struct message m;

    check_error(sys_handle_mint(port, self, ENDPOINT_SEND, 77, &badged), OK,
                "a badge");
    waiters[0].kind = WAIT_SEND;
    waiters[0].handle = badged;
    waiter_start(&waiters[0]);
    check_error(sys_endpoint_recv(port, 0, &m), OK, "recv");
    check(m.badge == 77 && message_label(&m) == 3, "the message before");
    waiter_check(&waiters[0], OK, "who sent it");
    signal(startup_handle("thread"), 9);
    check_error(sys_endpoint_reply_recv(port, &m), OK, "reply_recv");
    check(is_signal(&m, 9), "pending");

    /* The same if it was waiting. */
    listener_start(&listeners[0], port, URGENT);
    waiter_start(&waiters[0]);
    check(listeners[0].last.badge == 77, "the message before, heard");
    signal(listeners[0].thread, 10);
    check(listeners[0].count == 2 && is_signal(&listeners[0].last, 10),
          "waited for");
    listener_stop(&listeners[0]);
    close(badged);
    close(port);
}

/* Signals come before all senders, who stay where they are. */
static void
scenario_first(void)
{
    handle_t port = port_create();
    struct message m;

    for (unsigned i = 0; i < 2; i++) {
        waiters[i].kind = i == 0 ? WAIT_SEND : WAIT_CALL;
        waiters[i].handle = port;
        waiter_start(&waiters[i]);
    }
    signal(startup_handle("thread"), 5);
    expect_signal(port, 0, 5, "before the senders");
    check(!waiters[0].is_done && !waiters[1].is_done, "a sender was taken");
    check_error(sys_endpoint_recv(port, 0, &m), OK, "then the first");
    check(m.header == 3 && m.words[0] == 9 && m.token == 0, "its message");
    check_error(sys_endpoint_recv(port, 0, &m), OK, "then the second");
    check(m.token != 0, "its token");
    check_error(sys_endpoint_reply(&m), OK, "reply");
    waiter_check(&waiters[0], OK, "the first");
    waiter_check(&waiters[1], OK, "the second");
    close(port);
}

/* Who receives from no handle hears signals and nobody else. */
static void
scenario_only(void)
{
    handle_t port = port_create();
    struct message m;

    waiters[0].kind = WAIT_SEND;
    waiters[0].handle = port;
    waiter_start(&waiters[0]);
    expect_silence("a queued sender was heard");
    check(!waiters[0].is_done, "a queued sender was disturbed");
    listener_start(&listeners[0], HANDLE_NONE, URGENT);
    check(listeners[0].count == 0 && !listeners[0].is_done, "it did not wait");
    signal(listeners[0].thread, 3);
    check(listeners[0].count == 1 && is_signal(&listeners[0].last, 3),
          "a signal that was waited for");
    signal(listeners[0].thread, 4);
    check(listeners[0].count == 2 && is_signal(&listeners[0].last, 4),
          "the next one");
    listener_stop(&listeners[0]);
    check(!waiters[0].is_done, "a queued sender was disturbed");
    check_error(sys_endpoint_recv(port, 0, &m), OK, "the sender");
    waiter_check(&waiters[0], OK, "who had queued");
    close(port);
}

/* Makes a call, and then receives signals. */
struct busy {
    struct waiter waiter;
    struct message heard;
    err_t result;
    bool is_done;
    handle_t thread;
    char stack[STACK_BYTES] __attribute__((aligned(16)));
};

static void
busy_run(void *argument)
{
    struct busy *b = argument;

    waiter_run(&b->waiter);
    b->result = sys_endpoint_recv(HANDLE_NONE, MESSAGE_NOWAIT, &b->heard);
    b->is_done = true;
}

static void
busy_start(struct busy *b)
{
    b->is_done = b->waiter.is_done = false;
    check_error(thread_start(busy_run, b, b->stack, sizeof(b->stack), URGENT,
                             &b->thread),
                OK, "a thread");
}

static void
busy_check(struct busy *b, uint64_t bits)
{
    waiter_check(&b->waiter, OK, "what it waited for");
    check(b->is_done, "it did not get to receiving");
    check_error(b->result, OK, "its next receive");
    check(is_signal(&b->heard, bits), "what it heard then");
}

/* A thread that waits in send or call, or for a reply, is not disturbed and
 * finds its signals later. */
static void
scenario_busy(void)
{
    static struct busy busy;
    handle_t port = port_create();
    struct message m;

    busy.waiter.handle = port;
    busy.waiter.kind = WAIT_SEND;
    busy_start(&busy);
    signal(busy.thread, 1);
    signal(busy.thread, 2);
    check(!busy.waiter.is_done, "send was disturbed");
    check_error(sys_endpoint_recv(port, 0, &m), OK, "recv");
    check(m.header == 3 && m.words[4] == 5, "what was sent");
    busy_check(&busy, 3);

    busy.waiter.kind = WAIT_CALL;
    busy_start(&busy);
    signal(busy.thread, 4);
    check(!busy.waiter.is_done, "call was disturbed");
    check_error(sys_endpoint_recv(port, 0, &m), OK, "recv");
    signal(busy.thread, 8);
    check(!busy.waiter.is_done, "waiting for the reply was disturbed");
    m.words[0] = 66;
    check_error(sys_endpoint_reply(&m), OK, "reply");
    check(busy.waiter.message.words[0] == 66, "the answer");
    busy_check(&busy, 12);
    close(port);
}

/* A receiver that hears a signal leaves the endpoint's queue: the next message
 * goes to another, or to nobody. */
static void
scenario_queue(void)
{
    handle_t port = port_create();
    struct message m = {.header = 1};

    listener_start(&listeners[0], HANDLE_NONE, URGENT);
    listener_start(&listeners[1], HANDLE_NONE, URGENT);
    for (unsigned i = 0; i < 2; i++) {
        listeners[i].port = port;
        signal(listeners[i].thread, 1); /* from now on at the endpoint */
    }
    /* The first one turns its back on the endpoint as it is signalled. */
    listeners[0].port = HANDLE_NONE;
    signal(listeners[0].thread, 2);
    check(is_signal(&listeners[0].last, 2), "the first hears");
    check(listeners[1].count == 1, "the second was disturbed");
    m.words[0] = 10;
    check_error(sys_endpoint_send(port, &m), OK, "send");
    check(listeners[0].count == 2, "a message for who had left");
    check(listeners[1].count == 2 && listeners[1].last.words[0] == 10,
          "the message for the second");

    /* The second one too: nobody is left. */
    listeners[1].port = HANDLE_NONE;
    signal(listeners[1].thread, 4);
    check(is_signal(&listeners[1].last, 4), "the second hears");
    m.header = MESSAGE_NOWAIT;
    check_error(sys_endpoint_send(port, &m), ERR_WOULD_BLOCK, "nobody is left");
    listener_stop(&listeners[0]);
    listener_stop(&listeners[1]);
    close(port);
}

/* reply_recv answers its caller, whatever it receives. */
static void
scenario_reply(void)
{
    handle_t port = port_create();
    struct message m;

    for (unsigned i = 0; i < 2; i++) {
        waiters[0].kind = WAIT_CALL;
        waiters[0].handle = port;
        waiter_start(&waiters[0]);
        check_error(sys_endpoint_recv(port, 0, &m), OK, "recv");
        signal(startup_handle("thread"), 20);
        m.words[0] = 21;
        check_error(sys_endpoint_reply_recv(i == 0 ? port : HANDLE_NONE, &m),
                    OK, "reply_recv");
        check(is_signal(&m, 20), "the signal");
        waiter_check(&waiters[0], OK, "the caller");
        check(waiters[0].message.words[0] == 21, "its answer");
    }
    close(port);
}

/* What a handle must have to signal with, and what is left when the thread has
 * ended. */
static void
scenario_handles(void)
{
    handle_t deaf, badged;

    listener_start(&listeners[0], HANDLE_NONE, URGENT);
    deaf = HANDLE_NONE;
    check_error(sys_handle_mint(listeners[0].thread, self,
                                RIGHTS_ALL & ~THREAD_SIGNAL, 1, &deaf),
                OK, "a handle without the right");
    check_error(sys_thread_signal(deaf), ERR_RIGHTS, "without the right");
    check_error(sys_thread_signal(listeners[0].thread), ERR_ARGUMENT,
                "without a badge");
    check_error(sys_thread_signal(self), ERR_TYPE, "to a process");
    check(listeners[0].count == 0, "it heard something");

    badged = signaller(listeners[0].thread, 1);
    check_error(sys_thread_signal(badged), OK, "while it lives");
    check(listeners[0].count == 1, "it heard nothing");
    signal(listeners[0].thread, LISTENER_STOP);
    check(listeners[0].is_done, "it did not end");
    check_error(sys_thread_signal(badged), ERR_HANDLE, "when it has ended");
    check_error(sys_handle_close(listeners[0].thread), ERR_HANDLE,
                "the other handle");
    check_error(sys_handle_close(deaf), ERR_HANDLE, "the third");
}

/* A more urgent listener runs at once, and another when its time comes. */
static void
scenario_urgent(void)
{
    listener_start(&listeners[0], HANDLE_NONE, URGENT);
    listener_start(&listeners[1], HANDLE_NONE, SAME - 1);
    signal(listeners[1].thread, 1);
    signal(listeners[0].thread, 1);
    check(listeners[0].count == 1, "the urgent one waits");
    check(listeners[1].count == 0, "the other one ran before us");

    /* The other one runs while we wait: then it has not started yet, so that
     * it finds what came before its first receive. */
    check_error(
        sys_thread_deadline(clock_ticks() + clock_microseconds(1000), 1), OK,
        "a deadline");
    expect_signal(HANDLE_NONE, 0, 1, "the deadline");
    check(listeners[1].count == 1, "the other one did not hear");
    listener_stop(&listeners[0]);
    signal(listeners[1].thread, LISTENER_STOP);
    check_error(
        sys_thread_deadline(clock_ticks() + clock_microseconds(1000), 1), OK,
        "a deadline");
    expect_signal(HANDLE_NONE, 0, 1, "the deadline");
    check(listeners[1].is_done, "the other one does not stop");
}

static const struct scenario scenarios[] = {
    {"pending", scenario_pending}, {"gather", scenario_gather},
    {"form", scenario_form},       {"first", scenario_first},
    {"only", scenario_only},       {"busy", scenario_busy},
    {"queue", scenario_queue},     {"reply", scenario_reply},
    {"handles", scenario_handles}, {"urgent", scenario_urgent},
};

int
main(void)
{
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}

/* SPDX-License-Identifier: MIT */
/* Scenarios: handles travel in messages, rights never grow, everybody pays
 * for what it has. The other side is taker.c. */
#include "../scenario.h"

#include "taker.h"

enum { BADGE = 42, TAKER_FRAMES = 96, TAKER_SLOTS = 64 };

static struct waiter waiters[2];

/* A taker, its process and where to call it. */
struct taker {
    handle_t process, port;
};

static struct taker
taker_start(void)
{
    struct taker taker = {.port = port_create()};
    const struct spawn_grant grant = {"port", taker.port, ENDPOINT_RECV, 0};
    struct spawned spawned = {0};
    struct spawn_request request = {.name = "taker",
                                    .grants = &grant,
                                    .grant_count = 1,
                                    .priority = URGENT,
                                    .slots = TAKER_SLOTS,
                                    .frames = TAKER_FRAMES};

    request.image = boot_file("taker", &request.image_bytes);
    check_error(spawn_process(&request, &spawned), OK, "spawn");
    taker.process = spawned.process;
    return taker;
}

static void
taker_end(struct taker taker)
{
    check_error(sys_process_kill(taker.process, 0), OK, "kill");
    await_end(taker.process);
    close(taker.port);
}

/* Asks the taker; what it answers. */
static uint64_t
ask(struct taker taker, enum taker_label label, uint64_t word)
{
    struct message m = {.header = label, .words = {0, word}};

    check_error(sys_endpoint_call(taker.port, &m), OK, "asking");
    return m.words[0];
}

/* Gives the taker a handle; the error of doing so. */
static err_t
give(struct taker taker, handle_t handle)
{
    struct message m = {.header = TAKER_KEEP | MESSAGE_HANDLE,
                        .words = {0, 0, 0, 0, handle}};

    return sys_endpoint_call(taker.port, &m);
}

/* The moved handle keeps object, badge and rights, and leaves its old place. */
static void
scenario_moved(void)
{
    struct taker taker = taker_start();
    handle_t port = port_create(), badged = HANDLE_NONE;
    struct message m;

    check_error(
        sys_handle_mint(port, self, ENDPOINT_SEND | RIGHT_MOVE, BADGE, &badged),
        OK, "mint");
    check_error(give(taker, badged), OK, "giving");
    check_error(sys_handle_close(badged), ERR_HANDLE, "its old name");
    waiters[0].kind = WAIT_RECV;
    waiters[0].handle = port;
    waiter_start(&waiters[0]);
    check(ask(taker, TAKER_USE, 1234) == OK, "the taker cannot use it");
    waiter_check(&waiters[0], OK, "what was sent through it");
    m = waiters[0].message;
    check(m.badge == BADGE && m.words[0] == 1234, "another badge or word");
    close(port);
    check(ask(taker, TAKER_USE, 0) == ERR_DEAD, "the endpoint is still there");
    taker_end(taker);
}

/* What cannot travel stays where it is. */
static void
scenario_refused(void)
{
    struct taker taker = taker_start();
    handle_t port = port_create();
    handle_t fixed = copy(port, ENDPOINT_SEND);
    handle_t mobile = copy(port, ENDPOINT_RECV | RIGHT_MOVE);

    check_error(give(taker, fixed), ERR_RIGHTS, "without MOVE");
    check_error(give(taker, HANDLE_NONE), ERR_HANDLE, "no handle");

    waiters[0].kind = WAIT_RECV;
    waiters[0].handle = mobile;
    waiter_start(&waiters[0]);
    check_error(give(taker, mobile), ERR_BUSY, "while a thread waits");
    close(mobile);
    waiter_check(&waiters[0], ERR_REVOKED, "who waited through it");

    mobile = copy(port, ENDPOINT_SEND | RIGHT_MOVE);
    check(ask(taker, TAKER_FILL, 0) > 0, "nothing filled");
    check_error(give(taker, mobile), ERR_FULL, "into a full table");
    check(ask(taker, TAKER_EMPTY, 0) == OK, "not emptied");
    check_error(give(taker, mobile), OK, "when there is room again");
    close(fixed);
    close(port);
    taker_end(taker);
}

/* A queued sender keeps its handle until it is received; if the handle is
 * gone by then, the sender is told and the next one is taken. */
static void
scenario_queued(void)
{
    handle_t port = port_create(), other = port_create();
    handle_t first = copy(other, ENDPOINT_SEND | RIGHT_MOVE);
    handle_t second = copy(other, ENDPOINT_SEND | RIGHT_MOVE);
    struct message m;

    for (unsigned i = 0; i < 2; i++) {
        waiters[i].kind = WAIT_CALL;
        waiters[i].handle = port;
        waiters[i].flags = MESSAGE_HANDLE;
        waiters[i].carried = i == 0 ? first : second;
        waiter_start(&waiters[i]);
    }
    close(first);
    check_error(sys_endpoint_recv(port, MESSAGE_NOWAIT, &m), OK, "recv");
    waiter_check(&waiters[0], ERR_HANDLE, "whose handle was gone");
    check(!waiters[1].is_done, "the other did not wait for its reply");
    check(message_flags(&m) == MESSAGE_HANDLE, "no handle came");
    check_error(sys_handle_close(second), ERR_HANDLE, "its old name");

    /* Back with the reply, under a third name. */
    m.header = MESSAGE_HANDLE;
    check_error(sys_endpoint_reply(&m), OK, "reply");
    waiter_check(&waiters[1], OK, "the call");
    check(message_flags(&waiters[1].message) == MESSAGE_HANDLE,
          "no handle in the reply");
    close(waiters[1].message.words[4]);
    waiters[0].flags = waiters[1].flags = 0;
    close(port);
    close(other);
}

/* A handle that was moved goes with the object's payer all the same. */
static void
scenario_payer(void)
{
    struct taker taker = taker_start();
    handle_t payer = HANDLE_NONE, port = HANDLE_NONE;

    check_error(
        sys_process_create(self, 16, 16, 0, process_name("payer"), &payer), OK,
        "a process");
    check_error(sys_endpoint_create(payer, &port), OK, "its endpoint");
    check_error(give(taker, port), OK, "giving");
    check_error(sys_process_kill(payer, 0), OK, "kill");
    await_end(payer);
    check(ask(taker, TAKER_USE, 0) == ERR_HANDLE, "the taker still has it");
    taker_end(taker);
}

/* The right to receive travels: when its new holder ends, senders are told. */
static void
scenario_receiver(void)
{
    struct taker taker = taker_start();
    handle_t port = port_create();
    handle_t send = copy(port, ENDPOINT_SEND);

    check_error(give(taker, port), OK, "giving");
    waiters[0].kind = WAIT_SEND;
    waiters[0].handle = send;
    waiter_start(&waiters[0]);
    check(!waiters[0].is_done, "nobody can receive, it was said");
    taker_end(taker);
    waiter_check(&waiters[0], ERR_DEAD, "the queued sender");
    close(send);
}

/* Copies of copies never have more than the first. */
static void
scenario_rights(void)
{
    handle_t port = port_create();
    handle_t send = copy(port, ENDPOINT_SEND | RIGHT_DERIVE);
    handle_t again = copy(send, RIGHTS_ALL);
    handle_t none = HANDLE_NONE, badged = HANDLE_NONE;
    struct message m = {.header = MESSAGE_NOWAIT};

    check_error(sys_endpoint_recv(again, MESSAGE_NOWAIT, &m), ERR_RIGHTS,
                "receiving through a copy that may send");
    check_error(sys_endpoint_send(again, &m), ERR_WOULD_BLOCK,
                "sending through it");
    check_error(sys_handle_mint(again, self, RIGHTS_ALL, 1, &badged), OK,
                "mint");
    check_error(sys_handle_mint(badged, self, RIGHTS_ALL, 2, &none),
                ERR_ARGUMENT, "a second badge");
    close(badged);
    badged = copy(port, 0);
    check_error(sys_handle_copy(badged, self, RIGHTS_ALL, &none), ERR_RIGHTS,
                "a copy of what may not be copied");
    close(badged);
    close(send); /* the copy made from it stays */
    check_error(sys_endpoint_send(again, &m), ERR_WOULD_BLOCK,
                "after its source was closed");
    close(again);
    close(port);
}

/* One allocates until it is refused, as often as it likes; another's
 * allocations succeed meanwhile. */
static void
scenario_quota(void)
{
    struct taker greedy = taker_start();
    uint64_t first = ask(greedy, TAKER_HOARD, 0);
    handle_t memory = HANDLE_NONE;

    check(first > 0 && first < TAKER_FRAMES, "not refused, or at once");
    for (unsigned turn = 0; turn < 3; turn++) {
        check_error(sys_memory_create(self, MEMORY_PAGES_MAX, &memory), OK,
                    "another's memory");
        close(memory);
        check(ask(greedy, TAKER_RELEASE, 0) == OK, "not released");
        check(ask(greedy, TAKER_HOARD, 0) == first,
              "another number than the first time");
    }
    taker_end(greedy);
}

static const struct scenario scenarios[] = {
    {"moved", scenario_moved},       {"refused", scenario_refused},
    {"queued", scenario_queued},     {"payer", scenario_payer},
    {"receiver", scenario_receiver}, {"rights", scenario_rights},
    {"quota", scenario_quota},
};

int
main(void)
{
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}

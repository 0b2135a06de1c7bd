/* SPDX-License-Identifier: MIT */
/* Scenarios: a program faults, and what becomes of it depends on who receives
 * the fault, what that one answers, and what happens in between. */
#include "party.h"

#include "../party.h"

/* scause [priv, table of exception codes]. */
enum {
    CAUSE_BREAKPOINT = 3,
    CAUSE_FETCH = 12,
    CAUSE_LOAD = 13,
    CAUSE_STORE = 15,
};

enum { BADGE = 70, INSTRUCTION_BYTES = 4, FOUND = 5 };

#define OUR_VIEW UINT64_C(0x22000000)

static struct waiter waiters[2];

/* A party that faults in `role`; `port` hears of it. */
static handle_t
faulter(const char *role, handle_t port, unsigned priority)
{
    const char *const arguments[] = {role, NULL};
    handle_t process = party(arguments, NULL, priority);

    watch(process, port, BADGE);
    return process;
}

/* A party that receives through `port`. */
static handle_t
pager(const char *role, handle_t port)
{
    const char *const arguments[] = {role, NULL};
    const struct spawn_grant grant = {"port", port, ENDPOINT_RECV, 0};

    return party(arguments, &grant, URGENT);
}

/* Brings a page that begins with `value`. */
static void
page_bring(handle_t process, uint64_t address, uint64_t value, rights_t rights)
{
    handle_t memory = HANDLE_NONE;

    check_error(sys_memory_create(process, 1, &memory), OK, "memory");
    check_error(sys_memory_map(self, memory, OUR_VIEW, 0, 1,
                               MEMORY_READ | MEMORY_WRITE),
                OK, "our view");
    *(volatile uint64_t *)OUR_VIEW = value;
    check_error(sys_memory_unmap(self, OUR_VIEW, 1), OK, "our view's end");
    check_error(sys_memory_map(process, memory, address, 0, 1, rights), OK,
                "the page");
    close(memory);
}

static void
expect_fault(handle_t port, struct message *m, uint64_t cause, uint64_t address)
{
    *m = (struct message){0};
    check_error(sys_endpoint_recv(port, 0, m), OK, "a fault");
    check(m->header == MESSAGE_FAULT && m->token != 0, "no fault");
    check(m->badge == BADGE, "the badge");
    check(m->words[0] == cause, "the cause");
    check(m->words[1] == address, "the address");
    check(m->words[3] == (m->token & 0x3fff), "the thread");
    check(m->words[4] == 0, "a word beyond");
}

static err_t
answer(const struct message *fault, uint64_t header, uint64_t word)
{
    const struct message m = {
        .header = header, .words = {word}, .token = fault->token};

    return sys_endpoint_reply(&m);
}

/* What the kernel knows of a thread: its state. */
static unsigned
state_of(uint64_t thread)
{
    struct inspection seen = {{0}};

    check_error(
        sys_machine_inspect(startup_handle("machine"), thread, 0, &seen), OK,
        "inspect");
    return seen.values[0] == thread ? seen.values[2] & 0xff : INSPECT_ENDED;
}

/* It has ended, or does so by itself. */
static void
expect_gone(handle_t process)
{
    struct inspection seen = {{0}};
    err_t error = sys_process_inspect(process, &seen);

    check(error == ERR_HANDLE || seen.values[5] == 1, "it still lives");
    await_end(process);
}

/* The pager brings what was missing, and the access succeeds. */
static void
scenario_resume(void)
{
    static const struct {
        const char *role;
        uint64_t cause;
        rights_t rights;
        uint64_t content, code;
    } cases[] = {
        {"load", CAUSE_LOAD, MEMORY_READ, 123, 123},
        {"store", CAUSE_STORE, MEMORY_READ | MEMORY_WRITE, 0, 33},
        {"fetch", CAUSE_FETCH, MEMORY_EXEC, 0x8082 /* ret */, 44},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        handle_t port = port_create();
        handle_t process = faulter(cases[i].role, port, LOWER);
        struct message m;

        expect_fault(port, &m, cases[i].cause, HOLE);
        if (cases[i].cause == CAUSE_FETCH)
            check(m.words[2] == HOLE, "the pc of a fetch");
        page_bring(process, HOLE, cases[i].content, cases[i].rights);
        check_error(answer(&m, FAULT_RESUME, 0), OK, "resume");
        expect_end(port, BADGE, ENDED_EXIT, cases[i].code, 0);
        close(port);
    }
}

/* Without help the same access faults again. */
static void
scenario_again(void)
{
    handle_t port = port_create();
    handle_t process = faulter("load", port, LOWER);
    struct message m;
    token_t last = 0;
    uint64_t pc = 0;

    for (unsigned i = 0; i < 3; i++) {
        expect_fault(port, &m, CAUSE_LOAD, HOLE);
        check(m.token != last, "a token came twice");
        check(i == 0 || m.words[2] == pc, "another pc");
        last = m.token;
        pc = m.words[2];
        if (i < 2)
            check_error(answer(&m, FAULT_RESUME, 0), OK, "resume");
    }
    /* The answer and the next receive in one call. */
    page_bring(process, HOLE, FOUND, MEMORY_READ);
    m = (struct message){.header = FAULT_RESUME, .token = m.token};
    check_error(sys_endpoint_reply_recv(port, &m), OK, "reply and receive");
    check(m.header == MESSAGE_ENDED && m.words[1] == FOUND, "its end");
    close(port);
}

/* The thread knows nothing of it. */
static void
scenario_registers(void)
{
    handle_t port = port_create();
    handle_t process = faulter("registers", port, LOWER);
    struct message m;

    expect_fault(port, &m, CAUSE_STORE, HOLE);
    page_bring(process, HOLE, 0, MEMORY_READ | MEMORY_WRITE);
    check_error(answer(&m, FAULT_RESUME, 0), OK, "resume");
    expect_end(port, BADGE, ENDED_EXIT, 0, 0);
    close(port);
}

static void
scenario_resume_at(void)
{
    handle_t port = port_create();
    struct message m;

    faulter("skip", port, LOWER);
    expect_fault(port, &m, CAUSE_LOAD, HOLE);
    check_error(answer(&m, FAULT_RESUME_AT, m.words[2] + INSTRUCTION_BYTES), OK,
                "skip");
    expect_end(port, BADGE, ENDED_EXIT, 66, 0);

    faulter("breakpoint", port, LOWER);
    check_error(sys_endpoint_recv(port, 0, &m), OK, "a fault");
    check(m.header == MESSAGE_FAULT && m.words[0] == CAUSE_BREAKPOINT,
          "no breakpoint");
    check_error(answer(&m, FAULT_RESUME_AT, m.words[2] + INSTRUCTION_BYTES), OK,
                "skip");
    expect_end(port, BADGE, ENDED_EXIT, 55, 0);
    close(port);
}

static void
scenario_end(void)
{
    handle_t port = port_create();
    handle_t process = faulter("load", port, LOWER);
    struct message m;

    expect_fault(port, &m, CAUSE_LOAD, HOLE);
    check_error(answer(&m, FAULT_END, 77), OK, "end");
    check_error(answer(&m, FAULT_END, 77), ERR_TOKEN, "end twice");
    expect_end(port, BADGE, ENDED_FAULT, 77, HOLE);
    expect_gone(process);
    close(port);
}

/* What is no answer is refused, and nothing has happened. */
static void
scenario_refused(void)
{
    static const uint64_t wrong[] = {
        3,
        UINT32_MAX,
        MESSAGE_HANDLE,
        MESSAGE_LEASE_READ,
        MESSAGE_LEASE_WRITE | FAULT_END,
        MESSAGE_SIGNAL,
        MESSAGE_FAULT,
        MESSAGE_ENDED | FAULT_RESUME_AT,
        UINT64_C(1) << 63,
    };
    handle_t port = port_create();
    handle_t process = faulter("load", port, LOWER);
    struct message m, other;
    uint64_t done;
    char byte;

    expect_fault(port, &m, CAUSE_LOAD, HOLE);
    page_bring(process, HOLE, FOUND, MEMORY_READ);
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        check_error(answer(&m, wrong[i], port), ERR_ARGUMENT, "reply");
        other = (struct message){.header = wrong[i] | MESSAGE_NOWAIT,
                                 .token = m.token};
        check_error(sys_endpoint_reply_recv(port, &other), ERR_ARGUMENT,
                    "reply_recv");
        others_run();
        check(state_of(m.words[3]) == INSPECT_PAGED, "it waits no more");
    }
    check_error(sys_lease_read(m.token, 0, &byte, 1, &done), ERR_TOKEN,
                "a fault lends nothing");
    check_error(sys_lease_write(m.token, 0, &byte, 1, &done), ERR_TOKEN,
                "nor this way");
    other = m;
    other.token ^= UINT64_C(1) << 16;
    check_error(answer(&other, FAULT_RESUME, 0), ERR_TOKEN, "another count");
    check_error(answer(&m, FAULT_RESUME, 0), OK, "the right one");
    check_error(answer(&m, FAULT_RESUME, 0), ERR_TOKEN, "twice");
    expect_end(port, BADGE, ENDED_EXIT, FOUND, 0);
    close(port);
}

/* The token of a fault that nobody or somebody else received is no good to us,
 * though we may guess it: the count goes up by one. */
static void
scenario_not_ours(void)
{
    handle_t port = port_create(), holder;
    handle_t process = faulter("load", port, LOWER);
    struct message m, guess;

    expect_fault(port, &m, CAUSE_LOAD, HOLE);
    guess = m;
    guess.token += UINT64_C(1) << 16;
    check_error(answer(&guess, FAULT_RESUME, 0), ERR_TOKEN, "too early");
    check_error(answer(&m, FAULT_RESUME, 0), OK, "resume");
    others_run();
    check(state_of(m.words[3]) == INSPECT_FAULTED, "it is not queued");
    check_error(answer(&guess, FAULT_RESUME, 0), ERR_TOKEN, "queued");
    holder = pager("hold", port);
    others_run();
    check(state_of(m.words[3]) == INSPECT_PAGED, "it is not received");
    check_error(answer(&guess, FAULT_RESUME, 0), ERR_TOKEN, "another's");
    check_error(answer(&guess, FAULT_END, 0), ERR_TOKEN, "end another's");
    check(state_of(m.words[3]) == INSPECT_PAGED, "it waits no more");
    check_error(sys_process_kill(holder, 0), OK, "kill");
    expect_fault(port, &m, CAUSE_LOAD, HOLE);
    check(m.token == guess.token + (UINT64_C(1) << 16), "the count");
    check_error(sys_process_kill(process, 0), OK, "kill");
    expect_end(port, BADGE, ENDED_KILLED, 0, 0);
    close(port);
}

/* Two threads of one process wait, and are helped in either order. */
static void
scenario_pair(void)
{
    for (unsigned first = 0; first < 2; first++) {
        handle_t port = port_create();
        handle_t process = faulter("pair", port, LOWER);
        struct message m[2];

        expect_fault(port, &m[0], CAUSE_LOAD, HOLE);
        expect_fault(port, &m[1], CAUSE_LOAD, NEXT_HOLE);
        check(m[0].words[3] != m[1].words[3], "one thread twice");
        page_bring(process, HOLE, 3, MEMORY_READ);
        page_bring(process, NEXT_HOLE, 4, MEMORY_READ);
        check_error(answer(&m[first], FAULT_RESUME, 0), OK, "one");
        others_run();
        check(state_of(m[1 - first].words[3]) == INSPECT_PAGED,
              "the other waits no more");
        check_error(answer(&m[1 - first], FAULT_RESUME, 0), OK, "the other");
        expect_end(port, BADGE, ENDED_EXIT, 34, 0);
        close(port);
    }
}

/* Faults wait in the queue like senders, the urgent ones in front. */
static void
scenario_queued(void)
{
    const char *const send[] = {"send", NULL};
    handle_t port = port_create();
    const struct spawn_grant grant = {"port", port, ENDPOINT_SEND, 0};
    handle_t slow = faulter("load", port, LOWER - 1);
    handle_t quick = faulter("load", port, LOWER + 1);
    handle_t sender = party(send, &grant, LOWER);
    struct message quick_fault, m, slow_fault;

    others_run();
    expect_fault(port, &quick_fault, CAUSE_LOAD, HOLE);
    check(state_of(quick_fault.words[3]) == INSPECT_PAGED, "its state");
    check_error(sys_endpoint_recv(port, MESSAGE_NOWAIT, &m), OK, "receive");
    check(m.header == 2 && m.token == 0, "the sender is next");
    expect_fault(port, &slow_fault, CAUSE_LOAD, HOLE);
    page_bring(slow, HOLE, 1, MEMORY_READ);
    page_bring(quick, HOLE, 2, MEMORY_READ);
    check_error(answer(&slow_fault, FAULT_RESUME, 0), OK, "slow");
    expect_end(port, BADGE, ENDED_EXIT, 1, 0);
    check_error(answer(&quick_fault, FAULT_RESUME, 0), OK, "quick");
    expect_end(port, BADGE, ENDED_EXIT, 2, 0);
    await_end(sender);
    close(port);
}

/* Who has no fault handle is not helped. */
static void
scenario_nobody(void)
{
    const char *const load[] = {"load", NULL};
    handle_t process = party(load, NULL, LOWER);

    others_run();
    expect_gone(process);
}

/* Who received the fault ends: then the next may answer. */
static void
scenario_pager_ends(void)
{
    for (unsigned i = 0; i < 2; i++) {
        handle_t port = port_create();
        handle_t holder = pager(i ? "hold-and-exit" : "hold", port);
        handle_t process = faulter("load", port, LOWER);
        struct message m;

        others_run();
        if (i == 0) {
            expect_nothing(port);
            check_error(sys_process_kill(holder, 0), OK, "kill");
        }
        expect_fault(port, &m, CAUSE_LOAD, HOLE);
        page_bring(process, HOLE, FOUND, MEMORY_READ);
        check_error(answer(&m, FAULT_RESUME, 0), OK, "resume");
        expect_end(port, BADGE, ENDED_EXIT, FOUND, 0);
        close(port);
    }
}

/* Who received it ends and could alone receive: nobody is left to help. */
static void
scenario_pager_was_last(void)
{
    handle_t port = port_create();
    handle_t holder = pager("hold", port);
    handle_t process = faulter("load", port, LOWER);

    close(port);
    others_run();
    check_error(sys_process_kill(holder, 0), OK, "kill");
    others_run();
    expect_gone(process);
}

/* The last that could receive goes while the fault waits. */
static void
scenario_hangup(void)
{
    handle_t port = port_create();
    handle_t keeper = copy(port, ENDPOINT_SEND);
    handle_t process = faulter("load", port, LOWER);

    others_run();
    close(port);
    others_run();
    expect_gone(process);
    close(keeper);
}

/* The fault handle is revoked while the fault waits to be received: its way
 * is gone. The senders who wait beside it are not concerned. */
static void
scenario_revoked_queued(void)
{
    handle_t port = port_create();
    handle_t way = copy(port, ENDPOINT_SEND | RIGHT_DERIVE);
    handle_t process = faulter("load", way, LOWER);
    struct message m;

    waiters[0].kind = WAIT_SEND;
    waiters[0].handle = port;
    waiter_start(&waiters[0]);
    others_run();
    check_error(sys_handle_revoke(way), OK, "revoke");
    others_run();
    expect_gone(process);
    check(!waiters[0].is_done, "a sender was disturbed");
    check_error(sys_endpoint_recv(port, MESSAGE_NOWAIT, &m), OK, "receive");
    check(m.header == 3, "not the sender");
    expect_nothing(port);
    waiter_check(&waiters[0], OK, "the sender");
    close(way);
    close(port);
}

/* It is revoked after that: the answer is still good, the next fault is not
 * told any more, and nor is the end. */
static void
scenario_revoked_received(void)
{
    handle_t port = port_create();
    handle_t way = copy(port, ENDPOINT_SEND | RIGHT_DERIVE);
    handle_t process = faulter("load-twice", way, LOWER);
    struct message m;

    expect_fault(port, &m, CAUSE_LOAD, HOLE);
    check_error(sys_handle_revoke(way), OK, "revoke");
    others_run();
    check(state_of(m.words[3]) == INSPECT_PAGED, "it waits no more");
    page_bring(process, HOLE, FOUND, MEMORY_READ);
    check_error(answer(&m, FAULT_RESUME, 0), OK, "resume");
    others_run();
    expect_gone(process);
    expect_nothing(port);
    close(way);
    close(port);
}

/* The faulter is killed in each state. */
static void
scenario_killed(void)
{
    for (unsigned is_received = 0; is_received < 2; is_received++) {
        handle_t port = port_create();
        handle_t process = faulter("load", port, LOWER);
        struct message m = {0};

        others_run();
        if (is_received)
            expect_fault(port, &m, CAUSE_LOAD, HOLE);
        check_error(sys_process_kill(process, 88), OK, "kill");
        expect_end(port, BADGE, ENDED_KILLED, 88, 0);
        check_error(answer(&m, FAULT_RESUME, 0), ERR_TOKEN, "a dead faulter");
        check_error(answer(&m, FAULT_END, 0), ERR_TOKEN, "end a dead one");
        expect_nothing(port);
        close(port);
    }
}

/* A second supervisor takes the first one's place. */
static void
scenario_replaced(void)
{
    handle_t old = port_create(), port = port_create();
    handle_t process = faulter("load-twice", old, LOWER);
    struct message m;

    expect_fault(old, &m, CAUSE_LOAD, HOLE);
    page_bring(process, HOLE, 1, MEMORY_READ);
    watch(process, port, BADGE);
    check_error(sys_handle_revoke(old), OK, "the old one has no part in it");
    check_error(answer(&m, FAULT_RESUME, 0), OK, "resume");
    expect_fault(port, &m, CAUSE_LOAD, NEXT_HOLE);
    page_bring(process, NEXT_HOLE, 2, MEMORY_READ);
    check_error(answer(&m, FAULT_RESUME, 0), OK, "resume");
    expect_end(port, BADGE, ENDED_EXIT, 3, 0);
    expect_nothing(old);
    close(old);
    close(port);
}

/* It does so while a fault waits for the first one: nobody can answer that any
 * more, and the second is told of the end. */
static void
scenario_replaced_queued(void)
{
    handle_t old = port_create(), port = port_create();
    handle_t process = faulter("load", old, LOWER);

    others_run();
    watch(process, port, BADGE);
    expect_end(port, BADGE, ENDED_FAULT, CAUSE_LOAD, HOLE);
    expect_nothing(old);
    close(old);
    close(port);
}

/* A program cannot use the handle through which it is supervised. */
static void
scenario_names(void)
{
    const char *const names[] = {"names", NULL};
    handle_t port = port_create(), other = port_create();
    const struct spawn_grant grant = {"port", other, ENDPOINT_SEND, 0};

    watch(party(names, &grant, LOWER), port, BADGE);
    expect_end(port, BADGE, ENDED_EXIT, 0, 0);
    close(other);
    close(port);
}

static uint64_t
time_now(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

/* A fault comes between the first and the last step of a long revoke: its way
 * is being closed, so its process ends. The revoke is long because it looks
 * at all thread ids that were ever in use, and goes on after a thread that is
 * more urgent. */
static void
scenario_half_revoked(void)
{
    enum { CROWD = 16000, MIDDLE_TICKS = 1000 };
    const char *const role[] = {"late", NULL};
    handle_t port = port_create(), order = port_create();
    handle_t way = copy(port, ENDPOINT_SEND | RIGHT_DERIVE);
    const struct spawn_grant grant = {"port", order, ENDPOINT_RECV, 0};
    handle_t crowd = HANDLE_NONE, thread = HANDLE_NONE, process;
    struct message m = {0};
    uint64_t middle;

    check_error(
        sys_process_create(self, 4096, 16, 0, process_name("crowd"), &crowd),
        OK, "a process");
    for (unsigned i = 0; i < CROWD; i++) {
        check_error(sys_thread_create(crowd, 0x1000, 0, 0, 0, &thread), OK,
                    "a thread");
        close(thread);
    }
    process = party(role, &grant, URGENT); /* a high id is looked at first */
    watch(process, way, BADGE);
    waiters[0].kind = WAIT_SEND;
    waiters[0].handle = port;
    waiter_start(&waiters[0]);
    m.words[0] = middle = time_now() + MIDDLE_TICKS;
    check_error(sys_endpoint_call(order, &m), OK, "when to fault");
    check(time_now() < middle, "it was late already");
    check_error(sys_handle_revoke(way), OK, "revoke");
    check(time_now() > middle + MIDDLE_TICKS, "it was over before");
    others_run();
    expect_gone(process);
    for (unsigned i = 0; i < 2; i++)
        if (sys_endpoint_recv(port, MESSAGE_NOWAIT, &m) == OK)
            check(message_flags(&m) != MESSAGE_FAULT, "a fault came this way");
    expect_nothing(port);
    waiter_check(&waiters[0], OK, "the sender");
    check_error(sys_process_kill(crowd, 0), OK, "kill");
    await_end(crowd);
    close(way);
    close(order);
    close(port);
}

static const struct scenario scenarios[] = {
    {"resume", scenario_resume},
    {"again", scenario_again},
    {"registers", scenario_registers},
    {"resume-at", scenario_resume_at},
    {"end", scenario_end},
    {"refused", scenario_refused},
    {"not-ours", scenario_not_ours},
    {"pair", scenario_pair},
    {"queued", scenario_queued},
    {"nobody", scenario_nobody},
    {"pager-ends", scenario_pager_ends},
    {"pager-was-last", scenario_pager_was_last},
    {"hangup", scenario_hangup},
    {"revoked-queued", scenario_revoked_queued},
    {"revoked-received", scenario_revoked_received},
    {"killed", scenario_killed},
    {"replaced", scenario_replaced},
    {"replaced-queued", scenario_replaced_queued},
    {"names", scenario_names},
    {"half-revoked", scenario_half_revoked},
};

int
main(void)
{
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}

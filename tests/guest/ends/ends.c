/* SPDX-License-Identifier: MIT */
/* Scenarios: somebody waits, something it waits on goes away, everybody gets
 * the documented error, and every frame comes back. */
#include "../scenario.h"

static struct waiter waiters[3];

/* A process that plays a role of party.c with `port`. */
static handle_t
party(const char *role, handle_t port, rights_t rights, unsigned priority)
{
    const char *const arguments[] = {role, NULL};
    const struct spawn_grant grant = {"port", port, rights, 0};
    struct spawned spawned = {0};
    struct spawn_request request = {
        .name = "party",
        .arguments = arguments,
        .grants = &grant,
        .grant_count = 1,
        .priority = priority,
        .frames = 64,
    };

    request.image = boot_file("party", &request.image_bytes);
    check_error(spawn_process(&request, &spawned), OK, "spawn");
    return spawned.process;
}

/* Closing a handle finishes those of this process that wait through it, and
 * only those. */
static void
scenario_revoked(void)
{
    handle_t port = port_create();

    for (unsigned kind = WAIT_SEND; kind <= WAIT_RECV; kind++) {
        handle_t first = copy(port, RIGHTS_ALL);
        handle_t second = copy(port, RIGHTS_ALL);

        waiters[0].kind = waiters[1].kind = kind;
        waiters[0].handle = first;
        waiters[1].handle = second;
        waiter_start(&waiters[0]);
        waiter_start(&waiters[1]);
        check(!waiters[0].is_done && !waiters[1].is_done, "it did not wait");
        close(first);
        waiter_check(&waiters[0], ERR_REVOKED, "who waited through it");
        check(!waiters[1].is_done, "the other one was disturbed");
        close(second);
        waiter_check(&waiters[1], ERR_REVOKED, "the second");
    }
    close(port);
}

/* When the last handle that can receive goes, queued and later senders get
 * ERR_DEAD, and not before. */
static void
scenario_hangup(void)
{
    handle_t port = port_create();
    handle_t send = copy(port, ENDPOINT_SEND);
    handle_t receive = copy(port, ENDPOINT_RECV);

    waiters[0].kind = WAIT_SEND;
    waiters[1].kind = WAIT_CALL;
    waiters[0].handle = waiters[1].handle = send;
    waiter_start(&waiters[0]);
    waiter_start(&waiters[1]);
    close(port);
    check(!waiters[0].is_done && !waiters[1].is_done, "hung up too early");
    close(receive);
    waiter_check(&waiters[0], ERR_DEAD, "queued send");
    waiter_check(&waiters[1], ERR_DEAD, "queued call");
    waiter_start(&waiters[0]);
    waiter_check(&waiters[0], ERR_DEAD, "later send");
    waiter_start(&waiters[1]);
    waiter_check(&waiters[1], ERR_DEAD, "later call");
    close(send);
}

/* A received caller gets ERR_DEAD when its server ends, however it ends;
 * one that is only queued stays, for us, who can still receive. */
static void
scenario_server_ends(void)
{
    static const char *const roles[] = {"hold", "hold-and-fault",
                                        "hold-and-exit"};

    for (unsigned i = 0; i < 3; i++) {
        handle_t port = port_create();
        handle_t server = party(roles[i], port, ENDPOINT_RECV, URGENT);
        handle_t send = copy(port, ENDPOINT_SEND);
        struct message m;

        waiters[0].kind = waiters[1].kind = WAIT_CALL;
        waiters[0].handle = waiters[1].handle = send;
        waiter_start(&waiters[0]);
        if (i == 0)
            check_error(sys_process_kill(server, 0), OK, "kill");
        await_end(server);
        waiter_check(&waiters[0], ERR_DEAD, "the received caller");
        waiter_start(&waiters[1]);
        check(!waiters[1].is_done, "the queued caller was given up");
        check_error(sys_endpoint_recv(port, MESSAGE_NOWAIT, &m), OK, "recv");
        check(m.words[0] == 9 && m.words[4] == 5 && m.token != 0, "words");
        m.words[0] = 77;
        check_error(sys_endpoint_reply(&m), OK, "reply");
        waiter_check(&waiters[1], OK, "the queued caller");
        check(waiters[1].message.words[0] == 77, "its answer");
        close(port);
        close(send);
    }
}

/* A token answers its caller once, and only from the process that got it. */
static void
scenario_tokens(void)
{
    handle_t port = port_create();
    struct message m;

    waiters[0].kind = WAIT_CALL;
    waiters[0].handle = port;
    waiter_start(&waiters[0]);
    check_error(sys_endpoint_recv(port, 0, &m), OK, "recv");
    m.token ^= UINT64_C(1) << 16;
    check_error(sys_endpoint_reply(&m), ERR_TOKEN, "another count");
    m.token ^= UINT64_C(1) << 16 | 1;
    check_error(sys_endpoint_reply(&m), ERR_TOKEN, "another thread");
    m.token ^= 1;
    check_error(sys_endpoint_reply(&m), OK, "the right one");
    waiter_check(&waiters[0], OK, "the caller");
    check_error(sys_endpoint_reply(&m), ERR_TOKEN, "a second time");

    /* Received by somebody else: not ours to answer. */
    handle_t server = party("hold", port, ENDPOINT_RECV, URGENT);
    token_t next = m.token + (UINT64_C(1) << 16);

    waiter_start(&waiters[0]);
    check(!waiters[0].is_done, "it did not wait");
    m.token = next;
    check_error(sys_endpoint_reply(&m), ERR_TOKEN, "another's caller");
    check_error(sys_process_kill(server, 0), OK, "kill");
    await_end(server);
    waiter_check(&waiters[0], ERR_DEAD, "the caller");

    /* The caller dies first. */
    handle_t caller = party("call", port, ENDPOINT_SEND, URGENT);

    check_error(sys_endpoint_recv(port, 0, &m), OK, "recv");
    check_error(sys_process_kill(caller, 0), OK, "kill");
    await_end(caller);
    check_error(sys_endpoint_reply(&m), ERR_TOKEN, "a dead caller");
    close(port);
}

/* A process is killed in each state; what it had comes back. */
static void
scenario_kill(void)
{
    static const char *const roles[] = {"spin", "receive", "send",
                                        "call", "hold",    "hoard"};

    for (unsigned i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        /* Below us it is killed while ready; level with us after a turn. */
        for (unsigned priority = SAME - 1; priority <= SAME; priority++) {
            handle_t port = port_create();
            handle_t process = party(roles[i], port, RIGHTS_ALL, priority);

            for (unsigned turn = 0; turn < 3; turn++)
                sys_thread_yield();
            check_error(sys_process_kill(process, 0), OK, "kill");
            await_end(process);
            check_error(sys_process_kill(process, 0), ERR_HANDLE, "gone");
            close(port);
        }
    }

    /* With its call received and unanswered. */
    handle_t port = port_create();
    handle_t caller = party("call", port, ENDPOINT_SEND, URGENT);
    struct message m;

    check_error(sys_endpoint_recv(port, 0, &m), OK, "recv");
    check_error(sys_process_kill(caller, 0), OK, "kill");
    await_end(caller);
    close(port);
}

static void
scenario_faults(void)
{
    static const char *const roles[] = {
        "load",       "store", "fetch",      "kernel",
        "privileged", "float", "breakpoint", "stack",
    };

    for (unsigned i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        handle_t port = port_create();

        await_end(party(roles[i], port, ENDPOINT_SEND, URGENT));
        close(port);
    }
}

/* Who creates is told when its table is full, and nothing is lost. */
static void
scenario_full_table(void)
{
    static handle_t scraps[256];
    unsigned count = 0;
    handle_t result;

    while (count < 256 && sys_handle_copy(self, self, 0, &scraps[count]) == OK)
        count++;
    check_error(sys_endpoint_create(self, &result), ERR_FULL, "endpoint");
    check_error(sys_memory_create(self, 1, &result), ERR_FULL, "memory");
    check_error(sys_thread_create(self, 0, 0, 0, 0, &result), ERR_FULL,
                "thread");
    check_error(sys_process_create(self, 8, 16, 0, process_name("x"), &result),
                ERR_FULL, "process");
    check_error(sys_handle_copy(self, self, 0, &result), ERR_FULL, "copy");
    while (count > 0)
        close(scraps[--count]);
}

/* Threads until there is no id left; they never run. */
static void
scenario_full_threads(void)
{
    handle_t process, thread;
    unsigned count = 0;
    err_t error;

    check_error(
        sys_process_create(self, 4096, 16, 0, process_name("crowd"), &process),
        OK, "a process");
    while ((error = sys_thread_create(process, 0x1000, 0, 0, 0, &thread)) ==
           OK) {
        count++;
        close(thread);
    }
    check_error(error, ERR_FULL, "the last thread");
    check(count > 16000, "too few threads");
    check_error(sys_process_kill(process, 0), OK, "kill");
    await_end(process);
}

/* One mapping too many. */
static void
scenario_full_mappings(void)
{
    enum { MAPPINGS_MAX = 16 * 63 };
    const uint64_t base = UINT64_C(0x20000000);
    handle_t process, memory = HANDLE_NONE;
    err_t error = OK;
    unsigned count = 0;

    check_error(
        sys_process_create(self, 64, 16, 0, process_name("maps"), &process), OK,
        "a process");
    check_error(sys_memory_create(self, 1, &memory), OK, "memory");
    while (error == OK && count <= MAPPINGS_MAX)
        error = sys_memory_map(process, memory, base + count++ * 4096, 0, 1,
                               MEMORY_READ);
    check_error(error, ERR_FULL, "the last mapping");
    check(count == MAPPINGS_MAX + 1, "another number than promised");
    check_error(sys_memory_unmap(process, base + 4096 * 500, 1), OK, "unmap");
    check_error(
        sys_memory_map(process, memory, base + 4096 * 500, 0, 1, MEMORY_READ),
        OK, "again");
    close(memory);
    check_error(sys_process_kill(process, 0), OK, "kill");
    await_end(process);
}

/* What a killed process paid for is taken from those who still hold it. */
static void
scenario_payer_ends(void)
{
    const uint64_t window = UINT64_C(0x22000000);
    handle_t payer, port, memory, kept;
    struct message m = {0};

    check_error(
        sys_process_create(self, 32, 16, 0, process_name("payer"), &payer), OK,
        "a process");
    check_error(sys_endpoint_create(payer, &port), OK, "its endpoint");
    check_error(sys_memory_create(payer, 3, &memory), OK, "its memory");
    kept = copy(memory, MEMORY_READ | MEMORY_WRITE | RIGHT_DERIVE);
    check_error(sys_memory_map(self, kept, window, 0, 3, MEMORY_READ), OK,
                "map");
    waiters[0].kind = WAIT_SEND;
    waiters[1].kind = WAIT_RECV;
    waiters[0].handle = port;
    waiter_start(&waiters[0]);
    check_error(sys_process_kill(payer, 0), OK, "kill");
    await_end(payer);
    waiter_check(&waiters[0], ERR_DEAD, "queued send");
    check_error(sys_endpoint_send(port, &m), ERR_HANDLE, "its endpoint");
    check_error(sys_handle_close(kept), ERR_HANDLE, "its memory");
    check_error(sys_memory_unmap(self, window, 3), ERR_ADDRESS, "the mapping");
}

static volatile uint64_t turn_counts[2];
static volatile bool turns_are_over;

static void
turn_run(void *argument)
{
    volatile uint64_t *count = argument;

    while (!turns_are_over)
        (*count)++;
}

/* Threads that never wait share the hart: each gets a turn, again and again,
 * though only the timer can take the hart from them. */
static void
scenario_turns(void)
{
    static char stacks[2][STACK_BYTES] __attribute__((aligned(16)));
    handle_t thread = HANDLE_NONE;

    turns_are_over = false;
    for (unsigned i = 0; i < 2; i++) {
        turn_counts[i] = 0;
        check_error(thread_start(turn_run, (void *)&turn_counts[i], stacks[i],
                                 STACK_BYTES, SAME, &thread),
                    OK, "a thread");
    }
    for (unsigned i = 1; i <= 4; i++) {
        uint64_t before[2] = {turn_counts[0], turn_counts[1]};

        sys_thread_yield(); /* comes back after both had their turn */
        uint64_t gained[2] = {turn_counts[0] - before[0],
                              turn_counts[1] - before[1]};
        check(gained[0] > 0 && gained[1] > 0, "somebody got no turn");
        check(gained[0] < 2 * gained[1] && gained[1] < 2 * gained[0],
              "turns of very different length");
    }
    turns_are_over = true;
    sys_thread_yield();
    sys_thread_yield();
}

static const struct scenario scenarios[] = {
    {"revoked", scenario_revoked},
    {"hangup", scenario_hangup},
    {"server-ends", scenario_server_ends},
    {"tokens", scenario_tokens},
    {"kill", scenario_kill},
    {"faults", scenario_faults},
    {"full-table", scenario_full_table},
    {"full-threads", scenario_full_threads},
    {"full-mappings", scenario_full_mappings},
    {"payer-ends", scenario_payer_ends},
    {"turns", scenario_turns},
};

int
main(void)
{
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}

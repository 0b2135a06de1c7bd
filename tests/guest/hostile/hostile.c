/* SPDX-License-Identifier: MIT */
/* Defects found in review, one a case: "case=N" on the command line. Each
 * prints "case N: ok" when the kernel behaves as its pages say. */
#include "../scenario.h"

#include <string.h>

static struct waiter waiters[64];

static void
verdict(bool is_good, const char *text)
{
    printf("case: %s: %s\n", is_good ? "ok" : "DEFECT", text);
}

/* Threads without a stack that make one call and end. */
__asm__(".text\n"
        ".balign 4\n"
        "send_stub: li a1, 0\n li a7, 2\n ecall\n"
        "exit_stub: li a7, 17\n ecall\n"
        "spin_stub: j spin_stub\n");
extern char send_stub[], exit_stub[], spin_stub[];

static void
stub_start(const char *stub, uint64_t argument, unsigned priority)
{
    handle_t thread = HANDLE_NONE;

    check_error(sys_thread_create(self, (uintptr_t)stub, 0, argument, priority,
                                  &thread),
                OK, "a stub");
    (void)!sys_handle_close(thread);
}

/* Lets all less urgent threads run until they wait. */
static void
settle(void)
{
    handle_t done = port_create();
    struct message m;

    stub_start(send_stub, done, 0);
    check_error(sys_endpoint_recv(done, 0, &m), OK, "settling");
    close(done);
}

/* So many thread ids have been in use from now on. */
static void
ids_use(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        stub_start(exit_stub, 0, 1);
    settle();
}

static handle_t
empty_process(handle_t payer, uint64_t frames)
{
    handle_t process = HANDLE_NONE;

    check_error(sys_process_create(payer, frames, 16, 4, process_name("empty"),
                                   &process),
                OK, "a process");
    return process;
}

static handle_t
peer(const char *role, handle_t port, unsigned priority)
{
    const char *const arguments[] = {role, NULL};
    const struct spawn_grant grant = {"port", port, RIGHTS_ALL, 0};
    struct spawned spawned = {0};
    struct spawn_request request = {
        .name = "peer",
        .arguments = arguments,
        .grants = &grant,
        .grant_count = 1,
        .priority = priority,
        .frames = 128,
    };

    request.image = boot_file("peer", &request.image_bytes);
    check_error(spawn_process(&request, &spawned), OK, "spawn");
    return spawned.process;
}

/* 1: a minted handle without rights; its badge is taken for a count. */
static void
case_mint_without_rights(void)
{
    handle_t port = port_create(), process = empty_process(self, 16), handle;
    unsigned tries = 0;

    check_error(sys_handle_mint(port, process, 0, UINT64_MAX, &handle), OK,
                "mint");
    while (sys_process_kill(process, 0) == OK && ++tries < 100000)
        sys_thread_yield();
    verdict(tries < 100000, "a process with such a handle ends");
}

/* 2: a server answers with the very handle that it receives through. */
static void
case_reply_with_own_port(void)
{
    handle_t port = port_create();
    struct message m;

    waiters[0].kind = WAIT_CALL;
    waiters[0].handle = port;
    waiter_start(&waiters[0]);
    check_error(sys_endpoint_recv(port, 0, &m), OK, "recv");
    m.header = MESSAGE_HANDLE | MESSAGE_NOWAIT;
    m.words[4] = port;
    printf("case: error %s\n", error_name(sys_endpoint_reply_recv(port, &m)));
    verdict(true, "no panic");
}

/* 3: a close is half-way (over 32 threads), and a sender that it has not
 * come to yet is received. */
static handle_t half_port;

static void
half_run(void *argument)
{
    struct message m = {.header = 1};
    err_t error = sys_endpoint_send((handle_t)(uintptr_t)argument, &m);

    printf("case: revoked one got %s\n", error_name(error));
    error = sys_endpoint_recv(half_port, MESSAGE_NOWAIT, &m);
    printf("case: it receives: %s\n", error_name(error));
}

static void
case_half_closed(void)
{
    static char stack[4096] __attribute__((aligned(16)));
    handle_t send, thread = HANDLE_NONE;

    half_port = port_create();
    send = copy(half_port, ENDPOINT_SEND);
    check_error(thread_start(half_run, (void *)(uintptr_t)send, stack,
                             sizeof(stack), URGENT, &thread),
                OK, "a thread");
    for (unsigned i = 0; i < 40; i++)
        stub_start(send_stub, send, 1);
    settle();
    close(send);
    verdict(true, "no panic");
}

/* 4: two threads close two handles at a time; each rotates the one list of
 * threads. Needs slice_us=100. */
static volatile bool second_is_closed;

static void
close_run(void *argument)
{
    (void)!sys_handle_close((handle_t)(uintptr_t)argument);
    second_is_closed = true;
}

static void
case_two_closers(void)
{
    static char stack[4096] __attribute__((aligned(16)));
    handle_t port = port_create(), thread = HANDLE_NONE;
    handle_t first = copy(port, ENDPOINT_SEND);
    handle_t second = copy(port, ENDPOINT_SEND);
    struct message m;

    for (unsigned i = 0; i < 8000; i++)
        stub_start(send_stub, first, 1);
    settle();
    check_error(thread_start(close_run, (void *)(uintptr_t)second, stack,
                             sizeof(stack), SAME, &thread),
                OK, "a thread");
    close(first);
    while (!second_is_closed)
        sys_thread_yield();
    check_error(sys_endpoint_recv(port, MESSAGE_NOWAIT, &m), ERR_WOULD_BLOCK,
                "somebody still waits through a closed handle");
    verdict(is_ok, "all who waited were finished");
}

/* 5: the handle that a message carries is revoked (its payer is ending)
 * between the check and the move: meeting runs the cleaner. */
static void
case_carried_revoked(void)
{
    ids_use(100);
    for (unsigned delay = 0; delay < 8; delay++) {
        handle_t port = port_create(), payer = empty_process(self, 16), object;
        struct message m = {.header = MESSAGE_HANDLE};

        check_error(sys_endpoint_create(payer, &object), OK, "its endpoint");
        waiters[0].kind = WAIT_RECV;
        waiters[0].handle = port;
        waiter_start(&waiters[0]);
        check_error(sys_process_kill(payer, 0), OK, "kill");
        for (unsigned i = 0; i < delay; i++)
            sys_thread_yield();
        m.words[4] = object;
        printf("case: delay %u: %s\n", delay,
               error_name(sys_endpoint_send(port, &m)));
        close(port);
        await_end(payer);
    }
    verdict(true, "no panic");
}

/* 6: the answered caller is freed by the cleaner while it is in no queue,
 * and then made ready. */
static void
case_partner_freed(void)
{
    ids_use(100);
    for (unsigned delay = 0; delay < 8; delay++) {
        handle_t port = port_create(), memory;
        handle_t process = peer("call", port, 5);
        struct message m;
        unsigned count = 0;

        check_error(sys_endpoint_recv(port, 0, &m), OK, "the peer's call");
        (void)empty_process(process, 8); /* its end comes first */
        waiters[0].kind = WAIT_SEND;
        waiters[0].handle = port;
        waiter_start(&waiters[0]); /* queued, more urgent than we */
        check_error(sys_process_kill(process, 0), OK, "kill");
        for (unsigned i = 0; i < delay; i++)
            sys_thread_yield();
        m.header = 0;
        printf("case: delay %u: %s\n", delay,
               error_name(sys_endpoint_reply_recv(port, &m)));
        await_end(process);
        /* Use the frames again, wherever they are. */
        while (sys_memory_create(self, 64, &memory) == OK) {
            uint64_t window = UINT64_C(0x1000000000) + count++ * 64 * 4096;
            if (sys_memory_map(self, memory, window, 0, 64,
                               MEMORY_READ | MEMORY_WRITE)) {
                close(memory);
                count--;
                break;
            }
            memset((void *)window, 0x41, 64 * 4096);
            close(memory);
        }
        printf("case: %u windows\n", count);
        while (count-- > 0)
            (void)!sys_memory_unmap(
                self, UINT64_C(0x1000000000) + count * 64 * 4096, 64);
        settle();
        close(port);
    }
    verdict(true, "no panic");
}

/* 7: a killed server answers a call made after its kill. */
static void
case_dead_answers(void)
{
    handle_t port = port_create(), process;
    struct message m = {.header = 1};
    err_t error;

    ids_use(100);
    process = peer("echo", port, URGENT);
    (void)empty_process(process, 8);
    check_error(sys_process_kill(process, 0), OK, "kill");
    m.header = MESSAGE_NOWAIT;
    error = sys_endpoint_call(port, &m);
    printf("case: %s, label %u\n", error_name(error), message_label(&m));
    verdict(error != OK, "a killed process answers no call");
    await_end(process);
}

/* 8: after a reply with a handle, the first sender's handle is gone: the
 * receiving is tried again with the flags of the reply. */
static void
case_retry_flags(void)
{
    handle_t port = port_create(),
             gift = copy(port, ENDPOINT_SEND | RIGHT_MOVE);
    handle_t lost = copy(port, ENDPOINT_SEND | RIGHT_MOVE);
    struct message m;
    err_t error;

    waiters[0].kind = WAIT_CALL;
    waiters[0].handle = port;
    waiter_start(&waiters[0]);
    check_error(sys_endpoint_recv(port, 0, &m), OK, "recv");
    waiters[1].kind = WAIT_SEND;
    waiters[1].handle = port;
    waiters[1].flags = MESSAGE_HANDLE;
    waiters[1].carried = lost;
    waiter_start(&waiters[1]);
    close(lost);
    waiters[2].kind = WAIT_SEND;
    waiters[2].handle = port;
    waiter_start(&waiters[2]);
    m.header = MESSAGE_HANDLE;
    m.words[4] = gift;
    error = sys_endpoint_reply_recv(port, &m);
    printf("case: reply_recv: %s; the caller was answered: %d\n",
           error_name(error), waiters[0].is_done);
    verdict(error == OK && message_label(&m) == 3, "the next sender is taken");
}

/* 9: which error wins. */
static void
case_error_order(void)
{
    handle_t port = port_create(), process, result;
    err_t error;

    error = sys_handle_mint(port, 0x123456, 0, 0, &result);
    printf("case: mint(good, bad target, badge 0): %s\n", error_name(error));
    verdict(error == ERR_HANDLE, "handles come before plain arguments");
    ids_use(100);
    process = empty_process(self, 16);
    check_error(sys_process_kill(process, 0), OK, "kill");
    error = sys_memory_map(process, 0x123456, 0x1000, 0, 1, MEMORY_READ);
    printf("case: map(dying, bad memory): %s\n", error_name(error));
    verdict(error == ERR_HANDLE, "handles come before an ending process");
    error = sys_handle_mint(port, process, 0x100, 7, &result);
    printf("case: mint(good, dying, rights 0x100): %s\n", error_name(error));
    verdict(error == ERR_ARGUMENT, "as handle_mint.md has it");
    await_end(process);
}

/* 10: newer ends overtake an older one for ever. */
static void
case_overtaken(void)
{
    handle_t old;
    unsigned alone = 0;

    ids_use(400);
    old = empty_process(self, 16);
    while (sys_process_kill(old, 0) == OK)
        alone++;
    old = empty_process(self, 16);
    check_error(sys_process_kill(old, 0), OK, "kill");
    for (unsigned i = 0; i < 1500; i++) {
        handle_t process = HANDLE_NONE;
        if (sys_process_create(self, 2, 16, 0, process_name("new"), &process) ==
            OK) {
            check_error(sys_process_kill(process, 0), OK, "kill");
            (void)!sys_handle_close(process);
        } else {
            sys_thread_yield();
        }
    }
    printf("case: alone the end takes %u kills\n", alone);
    verdict(sys_process_kill(old, 0) != OK, "the oldest end goes first");
}

/* 11: how long one schedule() may take. */
static volatile uint64_t end_time;
static uint64_t
instructions(void)
{
    uint64_t value;
    __asm__ volatile("rdinstret %0" : "=r"(value));
    return value;
}

static void
time_run(void *argument)
{
    struct message m = {.header = 1};
    end_time = instructions();
    (void)!sys_endpoint_send((handle_t)(uintptr_t)argument, &m);
}

static void
case_long_schedule(void)
{
    static char stack[4096] __attribute__((aligned(16)));
    handle_t process = empty_process(self, 4096), port = port_create(), thread;
    struct message m;
    uint64_t start;

    check_error(thread_start(time_run, (void *)(uintptr_t)port, stack,
                             sizeof(stack), 2, &thread),
                OK, "a thread");
    for (unsigned i = 0; i < 16000; i++) {
        check_error(sys_thread_create(process, 0x1000, 0, 0, 3, &thread), OK,
                    "a thread");
        close(thread);
    }
    check_error(sys_process_kill(process, 0), OK, "kill");
    start = instructions();
    check_error(sys_endpoint_recv(port, 0, &m), OK, "recv");
    printf("case: %llu instructions from recv to the next thread\n",
           (unsigned long long)(end_time - start));
    verdict(end_time - start < 50000, "a schedule() is bounded");
    await_end(process);
}

/* 12: a process without the log's handle writes lines into the log. */
static void
case_name_in_log(void)
{
    handle_t process = HANDLE_NONE, thread;

    check_error(sys_process_create(self, 16, 16, 40,
                                   process_name("\nPANIC hart 0: "), &process),
                OK, "a process");
    check_error(sys_thread_create(process, 0, 0, 0, 40, &thread), OK, "thread");
    await_end(process);
}

/* 13: the receiver's process is dying and the receiver is freed in the
 * meeting; then its table is used. */
static void
case_receiver_freed(void)
{
    ids_use(100);
    for (unsigned delay = 0; delay < 8; delay++) {
        handle_t port = port_create(), gift = copy(port, RIGHTS_ALL);
        handle_t process = peer("echo", port, URGENT);
        struct message m = {.header = MESSAGE_HANDLE | MESSAGE_NOWAIT};

        (void)empty_process(process, 8);
        check_error(sys_process_kill(process, 0), OK, "kill");
        for (unsigned i = 0; i < delay; i++)
            sys_thread_yield();
        m.words[4] = gift;
        printf("case: delay %u: %s\n", delay,
               error_name(sys_endpoint_send(port, &m)));
        await_end(process);
        (void)!sys_handle_close(gift);
        close(port);
    }
    verdict(true, "no panic");
}

/* 14: unmapping is seen at once, at every border. */
static void
case_remapped(void)
{
    static const struct {
        uint64_t address, pages;
    } places[] = {{UINT64_C(0x3ffffff000), 1},
                  {UINT64_C(0x203ffff000), 2},
                  {UINT64_C(0x20801ff000), 2},
                  {4096, 2}};
    handle_t first = HANDLE_NONE, second = HANDLE_NONE;

    check_error(sys_memory_create(self, 2, &first), OK, "memory");
    check_error(sys_memory_create(self, 2, &second), OK, "memory");
    for (unsigned i = 0; i < 4; i++) {
        uint64_t at = places[i].address, pages = places[i].pages;
        volatile uint64_t *page = (volatile uint64_t *)at;

        check_error(sys_memory_map(self, first, at, 0, pages,
                                   MEMORY_READ | MEMORY_WRITE),
                    OK, "map");
        check_error(sys_memory_map(self, second, at, 0, 1, MEMORY_READ),
                    ERR_EXISTS, "map again");
        page[0] = page[512 * (pages - 1)] = 1 + i;
        check_error(sys_memory_unmap(self, at, 3 - pages), ERR_ADDRESS,
                    "another number of pages");
        check_error(sys_memory_unmap(self, at, pages), OK, "unmap");
        check_error(sys_memory_map(self, second, at, 0, pages, MEMORY_READ), OK,
                    "map");
        check(page[0] == 0 && page[512 * (pages - 1)] == 0,
              "a stale translation");
        check_error(sys_memory_unmap(self, at, pages), OK, "unmap");
    }
    check_error(
        sys_memory_map(self, second, places[0].address, 0, 2, MEMORY_READ),
        ERR_ADDRESS, "beyond the top");
    verdict(is_ok, "borders and stale translations");
}

/* 15: the thread that closed first is told that there is no such handle. */
static handle_t twice;

static void
twice_run(void *argument)
{
    struct message m = {.header = 1};

    (void)argument;
    (void)!sys_endpoint_send(twice, &m);
    printf("case: the second closer: %s\n",
           error_name(sys_handle_close(twice)));
}

static void
case_closed_twice(void)
{
    static char stack[4096] __attribute__((aligned(16)));
    handle_t port = port_create(), thread = HANDLE_NONE;
    err_t error;

    twice = copy(port, ENDPOINT_SEND);
    check_error(
        thread_start(twice_run, NULL, stack, sizeof(stack), URGENT, &thread),
        OK, "a thread");
    for (unsigned i = 0; i < 40; i++)
        stub_start(send_stub, twice, 1);
    settle();
    error = sys_handle_close(twice);
    printf("case: the first closer: %s\n", error_name(error));
    verdict(error == OK, "who closes first is told so");
}

int
main(void)
{
    static void (*const cases[])(void) = {
        case_mint_without_rights, case_reply_with_own_port,
        case_half_closed,         case_two_closers,
        case_carried_revoked,     case_partner_freed,
        case_dead_answers,        case_retry_flags,
        case_error_order,         case_overtaken,
        case_long_schedule,       case_name_in_log,
        case_receiver_freed,      case_remapped,
        case_closed_twice,
    };
    uint64_t number = test_parameter("case", 1);

    self = startup_handle("self");
    (void)scenarios_play, (void)waiter_check; /* scenario.h has more */
    scenario = "hostile";
    is_ok = true;
    printf("case %u\n", (unsigned)number);
    cases[number - 1]();
    test_end();
}

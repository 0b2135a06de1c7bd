/* SPDX-License-Identifier: MIT */
/* Scenarios: a handle's descendants are revoked, in whatever process they and
 * their mappings are, and nothing else is. */
#include "party.h"

#include "../party.h"

enum { HEIRS = 2, BADGE = 60 };

#define VIEW UINT64_C(0x22000000)
#define OTHER_VIEW (VIEW + 4096)
#define THIRD_VIEW (VIEW + 8192)

static struct waiter waiters[2];

struct heir {
    handle_t port, process;
};

static void
heir_start(struct heir *heir)
{
    const char *const none[] = {NULL};

    heir->port = port_create();
    const struct spawn_grant grant = {"port", heir->port, ENDPOINT_RECV, 0};

    heir->process = party(none, &grant, URGENT);
}

static void
heir_end(const struct heir *heir)
{
    (void)!sys_process_kill(heir->process, 0);
    await_end(heir->process);
    close(heir->port);
}

/* Asks for something; word 0 of the answer. */
static uint64_t
heir_ask(const struct heir *heir, uint32_t label, uint64_t word)
{
    struct message m = {.header = label, .words = {word}};

    check_error(sys_endpoint_call(heir->port, &m), OK, "asking an heir");
    return m.words[0];
}

/* Gives `source` to an heir, which makes `count` copies; one more of them. */
static handle_t
heir_give(const struct heir *heir, handle_t source, unsigned count)
{
    struct message m = {.header = HEIR_COPY | MESSAGE_HANDLE,
                        .words = {count, 0, 0, 0, copy(source, RIGHTS_ALL)}};

    check_error(sys_endpoint_call(heir->port, &m), OK, "giving");
    check(message_flags(&m) == MESSAGE_HANDLE, "nothing came back");
    return m.words[4];
}

/* A tree twenty generations deep and four wide, in three processes; in some
 * generations the parents are closed, so the grandparents adopt. */
static void
scenario_tree(void)
{
    enum { GENERATIONS = 20, WIDTH = 3 };
    handle_t subject = port_create();
    handle_t root = copy(subject, RIGHTS_ALL);
    handle_t sibling = copy(subject, RIGHTS_ALL);
    handle_t ours[GENERATIONS], last = root;
    struct heir heirs[HEIRS];
    uint64_t slots[HEIRS];
    struct message m = {.header = MESSAGE_NOWAIT};

    for (unsigned i = 0; i < HEIRS; i++) {
        heir_start(&heirs[i]);
        slots[i] = heir_ask(&heirs[i], HEIR_SLOTS, 0);
    }
    for (unsigned i = 0; i < GENERATIONS; i++)
        last = ours[i] = heir_give(&heirs[i % HEIRS], last, WIDTH);
    for (unsigned i = 1; i < GENERATIONS; i += 3)
        close(ours[i]);
    for (unsigned i = 0; i < HEIRS; i++)
        check(heir_ask(&heirs[i], HEIR_SLOTS, 0) + (1 + WIDTH) * 10 == slots[i],
              "an heir has not what it should");
    check_error(sys_handle_revoke(root), OK, "revoke");
    for (unsigned i = 0; i < GENERATIONS; i++)
        check_error(sys_handle_close(ours[i]), ERR_HANDLE, "a descendant");
    for (unsigned i = 0; i < HEIRS; i++) {
        check(heir_ask(&heirs[i], HEIR_SLOTS, 0) == slots[i],
              "an heir has some left");
        heir_end(&heirs[i]);
    }
    check_error(sys_handle_revoke(root), OK, "nothing is left to revoke");
    check_error(sys_endpoint_send(root, &m), ERR_WOULD_BLOCK, "itself");
    check_error(sys_endpoint_send(sibling, &m), ERR_WOULD_BLOCK, "beside it");
    close(sibling);
    close(root);
    close(subject);
}

/* A new memory object in whose first word is 42. */
static handle_t
memory_create(void)
{
    handle_t memory = HANDLE_NONE;

    check_error(sys_memory_create(self, 1, &memory), OK, "memory");
    check_error(
        sys_memory_map(self, memory, VIEW, 0, 1, MEMORY_READ | MEMORY_WRITE),
        OK, "a view");
    *(volatile uint64_t *)VIEW = 42;
    check_error(sys_memory_unmap(self, VIEW, 1), OK, "unmap");
    return memory;
}

static void
show(handle_t process, handle_t memory, uint64_t address)
{
    check_error(sys_memory_map(process, memory, address, 0, 1, MEMORY_READ), OK,
                "map");
}

/* Mappings go with the handle that they were made with, and with those that it
 * was derived from, here and elsewhere; also when it was closed before. */
static void
scenario_mappings(void)
{
    for (unsigned is_closed = 0; is_closed < 2; is_closed++) {
        handle_t memory = memory_create();
        handle_t root = copy(memory, RIGHTS_ALL);
        handle_t child = copy(root, RIGHTS_ALL);
        handle_t grandchild = copy(child, MEMORY_READ | RIGHT_DERIVE);
        handle_t sibling = copy(memory, RIGHTS_ALL), port = port_create();
        struct heir heir;
        struct message m = {.header = HEIR_LOAD, .words = {HEIR_PAGE}};

        heir_start(&heir);
        watch(heir.process, port, BADGE);
        show(self, root, VIEW);
        show(self, child, OTHER_VIEW);
        show(self, sibling, THIRD_VIEW);
        show(heir.process, grandchild, HEIR_PAGE);
        if (is_closed) {
            close(grandchild);
            close(child);
        }
        check(heir_ask(&heir, HEIR_LOAD, HEIR_PAGE) == 42, "its view");
        check_error(sys_handle_revoke(root), OK, "revoke");
        check_error(sys_handle_close(child), ERR_HANDLE, "the child");
        check_error(sys_handle_close(grandchild), ERR_HANDLE, "its child");
        check_error(sys_memory_unmap(self, VIEW, 1), ERR_ADDRESS,
                    "a view through the handle itself");
        check_error(sys_memory_unmap(self, OTHER_VIEW, 1), ERR_ADDRESS,
                    "a view through its child");
        check(*(volatile uint64_t *)THIRD_VIEW == 42, "a view beside it");

        /* Its page is gone: it faults, and only then ends. */
        check_error(sys_endpoint_send(heir.port, &m), OK, "ask it to load");
        check_error(sys_endpoint_recv(port, 0, &m), OK, "its fault");
        check(m.header == MESSAGE_FAULT && m.words[1] == HEIR_PAGE,
              "another fault");
        m = (struct message){.header = FAULT_END, .token = m.token};
        check_error(sys_endpoint_reply(&m), OK, "reply");
        expect_end(port, BADGE, ENDED_FAULT, 0, HEIR_PAGE);
        expect_nothing(port);

        /* The memory is as it was, and may be shown again. */
        show(self, root, VIEW);
        check(*(volatile uint64_t *)VIEW == 42, "what was there");
        check_error(sys_memory_unmap(self, VIEW, 1), OK, "unmap");
        check_error(sys_memory_unmap(self, THIRD_VIEW, 1), OK, "unmap");
        close(heir.port);
        close(port);
        close(sibling);
        close(root);
        close(memory);
    }
}

static struct {
    handle_t port;
    err_t error;
} lender;

static void
lender_run(void *argument)
{
    struct message m = {.header = MESSAGE_LEASE_READ};

    (void)argument;
    lender.error =
        sys_endpoint_call_lend(lender.port, &m, (const void *)VIEW, PAGE_BYTES);
}

/* A lent page goes with its mapping. */
static void
scenario_lent(void)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    handle_t memory = memory_create(), thread = HANDLE_NONE;
    uint64_t done, word = 0;
    struct message m;

    lender.port = port_create();
    show(self, memory, VIEW);
    check_error(
        thread_start(lender_run, NULL, stack, sizeof(stack), URGENT, &thread),
        OK, "a thread");
    check_error(sys_endpoint_recv(lender.port, 0, &m), OK, "receive");
    check_error(sys_lease_read(m.token, 0, &word, sizeof(word), &done), OK,
                "before");
    check(done == sizeof(word) && word == 42, "what was lent");
    check_error(sys_handle_revoke(memory), OK, "revoke");
    check_error(sys_lease_read(m.token, 0, &word, sizeof(word), &done),
                ERR_LEASE, "after");
    check(done == 0, "bytes came");
    m.header = 0;
    check_error(sys_endpoint_reply(&m), OK, "reply");
    others_run();
    check_error(lender.error, OK, "the lender");
    (void)!sys_handle_close(thread);
    close(lender.port);
    close(memory);
}

/* Who waits through a handle that is revoked is told; who waits through the
 * one that was named, or that is none of its descendants, waits on. */
static void
scenario_waiting(void)
{
    for (unsigned kind = WAIT_SEND; kind <= WAIT_RECV; kind++) {
        handle_t port = port_create();
        handle_t child = copy(port, RIGHTS_ALL);
        struct message m = {.header = 1};

        waiters[0].kind = waiters[1].kind = kind;
        waiters[0].handle = copy(child, RIGHTS_ALL);
        waiters[1].handle = child;
        waiter_start(&waiters[0]);
        waiter_start(&waiters[1]);
        check_error(sys_handle_revoke(child), OK, "revoke");
        waiter_check(&waiters[0], ERR_REVOKED, "who waited through it");
        check(!waiters[1].is_done, "the other was disturbed");
        check_error(sys_handle_revoke(port), OK, "revoke the other too");
        waiter_check(&waiters[1], ERR_REVOKED, "the other");

        waiters[0].handle = port;
        waiter_start(&waiters[0]);
        check_error(sys_handle_revoke(port), OK, "revoke");
        check(!waiters[0].is_done, "who waits through the handle itself");
        if (kind == WAIT_RECV)
            check_error(sys_endpoint_send(port, &m), OK, "send");
        else
            check_error(sys_endpoint_recv(port, 0, &m), OK, "receive");
        if (kind == WAIT_CALL)
            check_error(sys_endpoint_reply(&m), OK, "reply");
        waiter_check(&waiters[0], OK, "it");
        close(port);
    }
}

/* A call that was received is its server's to answer, whatever is revoked. */
static void
scenario_received(void)
{
    handle_t port = port_create();
    struct message m;

    waiters[0].kind = WAIT_CALL;
    waiters[0].handle = copy(port, ENDPOINT_SEND);
    waiter_start(&waiters[0]);
    check_error(sys_endpoint_recv(port, 0, &m), OK, "receive");
    check_error(sys_handle_revoke(port), OK, "revoke");
    check(!waiters[0].is_done, "the call was cut off");
    m.words[0] = 31;
    check_error(sys_endpoint_reply(&m), OK, "reply");
    waiter_check(&waiters[0], OK, "the caller");
    check(waiters[0].message.words[0] == 31, "its answer");
    close(port);
}

static uint64_t
time_now(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

enum { MANY = 4000, MIDDLE_TICKS = 500, LATE_TICKS = 200 };

static struct {
    uint64_t deadline, woken;
    bool is_over, was_over;
} urgent;

static void
urgent_run(void *argument)
{
    struct message m;

    (void)argument;
    urgent.deadline = time_now() + MIDDLE_TICKS;
    if (sys_thread_deadline(urgent.deadline, 1) != OK ||
        sys_endpoint_recv(HANDLE_NONE, 0, &m) != OK)
        return;
    urgent.woken = time_now();
    urgent.was_over = urgent.is_over;
}

/* Thousands of children take a while; what is more urgent does not wait for
 * that. */
static void
scenario_many(void)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    handle_t port = port_create(), crowd = HANDLE_NONE, child = HANDLE_NONE;
    handle_t thread = HANDLE_NONE;

    check_error(sys_process_create(self, 100, PROCESS_SLOTS_MAX, 0,
                                   process_name("crowd"), &crowd),
                OK, "a process");
    for (unsigned i = 0; i < MANY; i++)
        check_error(sys_handle_copy(port, crowd, RIGHTS_ALL, &child), OK,
                    "a child");
    urgent.woken = 0;
    urgent.is_over = urgent.was_over = false;
    check_error(
        thread_start(urgent_run, NULL, stack, sizeof(stack), URGENT, &thread),
        OK, "a thread");
    check_error(sys_handle_revoke(port), OK, "revoke");
    urgent.is_over = true;
    check(time_now() > urgent.deadline + MIDDLE_TICKS, "it was too quick");
    check(urgent.woken != 0 && !urgent.was_over, "the urgent one had to wait");
    /* Not of a kernel that checks itself at every exit. */
    check(test_parameter("slow", 0) ||
              urgent.woken - urgent.deadline < LATE_TICKS,
          "it was late");

    /* Not one is left: there is room for as many. */
    for (unsigned i = 0; i < PROCESS_SLOTS_MAX - 1; i++)
        check_error(sys_handle_copy(port, crowd, RIGHTS_ALL, &child), OK,
                    "a child in its place");
    check_error(sys_handle_copy(port, crowd, RIGHTS_ALL, &child), ERR_FULL,
                "one more");
    check_error(sys_process_kill(crowd, 0), OK, "kill");
    await_end(crowd);
    (void)!sys_handle_close(thread);
    close(port);
}

static const struct scenario scenarios[] = {
    {"tree", scenario_tree},         {"mappings", scenario_mappings},
    {"lent", scenario_lent},         {"waiting", scenario_waiting},
    {"received", scenario_received}, {"many", scenario_many},
};

int
main(void)
{
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}

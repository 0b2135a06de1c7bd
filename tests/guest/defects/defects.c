/* SPDX-License-Identifier: MIT */
/* Defects that the fuzzer and a second reading of the kernel found, each as the
 * smallest program that shows it: "case=N" on the command line. It prints
 * "case: ok" when the kernel behaves as its pages say. */
#include "../scenario.h"

#include <abi/boot.h>

enum {
    CLOCK_PAGE = 0x101, /* of device memory: the clock of `virt` */
    TICKS_PER_MS = 10000,
    CROWD = 100, /* threads, so that a handle is closed in several steps */
    MOMENTS = 60,
    MOMENT_TICKS = 4,
};

#define WINDOW UINT64_C(0x2000000000)

static uint64_t
ticks_now(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

static void
nap(uint64_t ticks)
{
    struct message m;

    check_error(sys_thread_deadline(ticks_now() + ticks, 1), OK, "a deadline");
    check_error(sys_endpoint_recv(HANDLE_NONE, 0, &m), OK, "a nap");
}

static handle_t
mate_start(const char *role, handle_t port, unsigned priority)
{
    const char *const arguments[] = {role, NULL};
    const struct spawn_grant grant = {"port", port, RIGHTS_ALL, 0};
    struct spawned spawned = {0};
    struct spawn_request request = {
        .name = "mate",
        .arguments = arguments,
        .grants = &grant,
        .grant_count = 1,
        .priority = priority,
    };

    request.image = boot_file("mate", &request.image_bytes);
    check_error(spawn_process(&request, &spawned), OK, "spawn");
    return spawned.process;
}

static handle_t
empty_process(void)
{
    handle_t process = HANDLE_NONE;

    check_error(sys_process_create(self, 16, PROCESS_SLOTS_MIN, SAME,
                                   process_name("empty"), &process),
                OK, "a process");
    return process;
}

/* 1: a lease of a device's registers, on either side. The kernel itself has no
 * mapping of them, and died of the copy. */
static handle_t lease_port;
static const void *lease_address;

static void
lease_run(void *argument)
{
    struct message m = {.header = MESSAGE_LEASE_READ};

    (void)argument;
    check_error(sys_endpoint_call_lend(lease_port, &m, lease_address, 64), OK,
                "the call");
}

static void
case_lease_of_device(void)
{
    static char stacks[2][STACK_BYTES] __attribute__((aligned(16)));
    static char memory[64];
    handle_t clock = HANDLE_NONE, thread = HANDLE_NONE;

    check_error(sys_memory_cut(self, BOOT_DEVICES, CLOCK_PAGE, 1, &clock), OK,
                "the clock's registers");
    check_error(
        sys_memory_map(self, clock, WINDOW, 0, 1, MEMORY_READ | MEMORY_WRITE),
        OK, "map");
    lease_port = port_create();
    for (unsigned i = 0; i < 2; i++) {
        void *const device = (void *)WINDOW;
        struct message m;
        uint64_t done = 99;

        lease_address = i ? memory : device;
        check_error(thread_start(lease_run, NULL, stacks[i], STACK_BYTES,
                                 URGENT, &thread),
                    OK, "a thread");
        check_error(sys_endpoint_recv(lease_port, 0, &m), OK, "receiving");
        check_error(sys_lease_read(m.token, 0, i ? device : memory, 64, &done),
                    i ? ERR_ADDRESS : ERR_LEASE, "a device's page");
        check(done == 0, "nothing is copied");
        m.header = 0;
        check_error(sys_endpoint_reply(&m), OK, "the reply");
    }
}

/* 2: a supervised process that never had a thread. Its fault handle stayed in
 * the tree when its table went. */
static void
case_supervised_without_thread(void)
{
    handle_t port = port_create(), process = empty_process(), next;

    check_error(sys_process_supervise(process, port), OK, "supervise");
    check_error(sys_process_kill(process, 0), OK, "kill");
    await_end(process);
    next = empty_process(); /* takes the frames */
    check_error(sys_handle_revoke(port), OK, "revoke");
    close(port);
    check_error(sys_process_kill(next, 0), OK, "kill");
    await_end(next);
}

/* 3: a fault while the fault handle is closed, step by step: the thread was
 * passed over already, waited on, and was received through a handle that was
 * no more. */
__asm__(".text\n.balign 4\nsend_stub: li a1, 0\n li a7, 2\n ecall\n"
        " li a7, 17\n ecall\n");
extern char send_stub[];

static void
fault_at(handle_t port, handle_t other, uint64_t delay)
{
    handle_t process = mate_start("fault", port, URGENT);
    struct message m;
    err_t error;

    check_error(sys_process_supervise(process, port), OK, "supervise");
    check_error(sys_endpoint_recv(port, 0, &m), OK, "the mate's call");
    m.header = 0;
    m.words[0] = ticks_now() + delay;
    check_error(sys_endpoint_reply(&m), OK, "the reply");
    error = sys_process_supervise(process, other);
    check(error == OK || error == ERR_DEAD, "supervised once more, or ended");
    nap(TICKS_PER_MS);
    check_error(sys_handle_revoke(other), OK, "revoke");
    check_error(sys_endpoint_recv(port, 0, &m), OK, "one of the crowd");
    check(m.token == 0, "no fault is left behind");
    await_end(process);
}

static void
case_fault_while_closing(void)
{
    handle_t port = port_create(), other = port_create(), thread;

    for (unsigned i = 0; i < CROWD; i++) {
        check_error(
            sys_thread_create(self, (uintptr_t)send_stub, 0, port, 1, &thread),
            OK, "a thread");
        check_error(sys_handle_close(thread), OK, "closing");
    }
    nap(TICKS_PER_MS);
    for (unsigned i = 0; i < MOMENTS; i++)
        fault_at(port, other, i * (uint64_t)MOMENT_TICKS);
}

/* 4: copies are made of a handle, while the object goes with who pays for it.
 * They were made faster than they were found. */
static void
case_copied_while_ending(void)
{
    handle_t payer = empty_process(), port = HANDLE_NONE, process;
    struct inspection inspection;

    check_error(sys_endpoint_create(payer, &port), OK, "an endpoint");
    process = mate_start("copy", port, 1);
    nap(20 * (uint64_t)TICKS_PER_MS);
    check_error(sys_process_kill(payer, 0), OK, "kill");
    nap(200 * (uint64_t)TICKS_PER_MS);
    check_error(sys_process_inspect(payer, &inspection), ERR_HANDLE,
                "it has ended");
    check_error(sys_process_kill(process, 0), OK, "kill");
}

/* 5, on two harts: two threads of one priority, one of which has a hart of its
 * own. It never gave way to the other. */
static volatile uint64_t turns[2];

static void
turn_run(void *argument)
{
    volatile uint64_t *count = argument;

    for (;;)
        ++*count;
}

static void
case_turns_on_other_hart(void)
{
    static char stacks[2][STACK_BYTES] __attribute__((aligned(16)));
    handle_t thread;
    uint64_t end;

    for (unsigned i = 0; i < 2; i++) {
        check_error(thread_start(turn_run, (void *)&turns[i], stacks[i],
                                 STACK_BYTES, 1, &thread),
                    OK, "a thread");
        while (i == 0 && turns[0] == 0)
            ; /* it runs, elsewhere */
    }
    end = ticks_now() + 2000 * (uint64_t)TICKS_PER_MS;
    while (turns[1] == 0 && ticks_now() < end)
        ;
    check(turns[1] > 0, "the second thread never had a turn");
}

int
main(void)
{
    static void (*const cases[])(void) = {
        case_lease_of_device,     case_supervised_without_thread,
        case_fault_while_closing, case_copied_while_ending,
        case_turns_on_other_hart,
    };

    (void)scenarios_play, (void)waiter_start, (void)waiter_check;
    (void)frames_left, (void)slots_left, (void)copy; /* scenario.h has more */
    self = startup_handle("self");
    scenario = "defect";
    is_ok = true;
    cases[test_parameter("case", 1) - 1]();
    if (is_ok)
        printf("case: ok\n");
    test_end();
}

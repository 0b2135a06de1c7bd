/* SPDX-License-Identifier: MIT */
/* Brings threads into a known situation and stops in test_end.
 *
 *     id  process   priority  state    waits for
 *      1  init            32  running  (signals 0x30 are pending)
 *      2  init            33  blocked  recv on `quiet`
 *      3  init            34  blocked  signal, of interrupt 12
 *      4  server          40  blocked  recv on `service`
 *      5  caller          41  blocked  reply from server
 *      6  early           42  blocked  send to `busy`, behind 7
 *      7  urgent          50  blocked  send to `busy`, first in the queue
 *      8  late            42  blocked  call to `busy`, behind 7 and 6
 *      9  left            45  blocked  reply from right
 *     10  right           45  blocked  call to `left`; its own priority is 35
 *     11  lost            36  blocked  send to `nobody`
 *     12  pager           44  blocked  signal, at a deadline
 *     13  paged           22  blocked  answer from pager to its fault
 *     14  faulter         21  blocked  fault to `faults`
 *     15  gone            20  blocked  notice to `faults`, behind 14
 *     16  spinner         10  ready
 *
 * `left` and `right` wait for each other. Of `nobody` only a process without
 * threads could receive. Ids are given out in the order in which threads are
 * made. Those above priority 32 run as soon as they are made, until they wait;
 * the others while this program waits for its answer, the spinner last. So on
 * one hart nothing depends on time. With more of them (the parameter "harts")
 * the spinner runs beside this program.
 *
 * What is printed is what a debugger's tables must say too:
 *
 *     endpoint NAME HANDLE
 *     handle NAME HANDLE
 *     memory HANDLE PHYSICAL-ADDRESS */
#include <abi/inspect.h>
#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/thread.h>

#include <stdio.h>
#include <stdlib.h>

enum {
    STACK_BYTES = 2048,
    LISTENER_PRIORITY = 33,
    DRIVER_PRIORITY = 34,
    INTERRUPT_LINE = 12, /* nothing is there on this machine */
    INTERRUPT_BITS = 4,
    PENDING_BITS = 0x30,
    BADGE = 0x77,
    EMPTY_FRAMES = 16,
    BOTH = ENDPOINT_SEND | ENDPOINT_RECV,
};

/* Where memory is mapped: all three pages, and the last two to read only. */
#define WHOLE UINT64_C(0x3030000000)
#define PART UINT64_C(0x3030010000)

static char stacks[2][STACK_BYTES] __attribute__((aligned(16)));
static handle_t self;

/* Prints what went wrong and switches off with a failure. */
static void
must(const char *what, err_t error)
{
    if (error == OK)
        return;
    printf("FAILED %s: %s\n", what, error_text(error));
    (void)!sys_machine_power_off(startup_handle("machine"), EXIT_FAILURE);
    exit(EXIT_FAILURE);
}

static handle_t
endpoint_make(const char *name)
{
    handle_t endpoint = HANDLE_NONE;

    must(name, sys_endpoint_create(self, &endpoint));
    printf("endpoint %s %#lx\n", name, endpoint);
    return endpoint;
}

static handle_t
copy(const char *name, handle_t source, handle_t target, rights_t rights)
{
    handle_t result = HANDLE_NONE;

    must(name, sys_handle_copy(source, target, rights, &result));
    printf("handle %s %#lx\n", name, result);
    return result;
}

static handle_t
mint(const char *name, handle_t source, rights_t rights, uint64_t badge)
{
    handle_t result = HANDLE_NONE;

    must(name, sys_handle_mint(source, self, rights, badge, &result));
    printf("handle %s %#lx\n", name, result);
    return result;
}

/* Starts the actor as process `name`, which does what `role` says with
 * `endpoint`; "relay" calls `next`. */
static handle_t
start(const char *name, unsigned priority, const char *role, handle_t endpoint,
      rights_t rights, handle_t next)
{
    const struct spawn_grant grants[] = {
        {"endpoint", endpoint, rights, 0},
        {"next", next, ENDPOINT_SEND, 0},
    };
    const char *const arguments[] = {role, NULL};
    struct spawn_request request = {
        .name = name,
        .arguments = arguments,
        .grants = grants,
        .grant_count = next == HANDLE_NONE ? 1 : 2,
        .priority = priority,
    };
    struct spawned spawned;

    request.image = boot_file(role ? "actor" : "spinner", &request.image_bytes);
    must(name, spawn_process(&request, &spawned));
    return spawned.process;
}

/* The second thread: waits for a message that never comes. */
static void
listen(void *quiet)
{
    struct message m;

    must("listen", sys_endpoint_recv(*(handle_t *)quiet, 0, &m));
}

/* The third: waits for an interrupt that never comes. */
static void
drive(void *unused)
{
    struct message m;

    (void)unused;
    must("drive", sys_endpoint_recv(HANDLE_NONE, 0, &m));
}

/* The third thread and its interrupt line; signals for the first thread. */
static void
start_driver(void)
{
    handle_t thread, irq;

    must("driver", thread_start(drive, NULL, stacks[1], STACK_BYTES,
                                DRIVER_PRIORITY, &thread));
    thread = mint("driver", thread, THREAD_SIGNAL, INTERRUPT_BITS);
    must("irq",
         sys_irq_create(self, startup_handle("irqs"), INTERRUPT_LINE, &irq));
    must("bind", sys_irq_bind(irq, thread));

    thread =
        mint("self", startup_handle("thread"), THREAD_SIGNAL, PENDING_BITS);
    must("signal", sys_thread_signal(thread));
}

/* Two servers, each of which waits for the other, and nobody else's. */
static void
start_cycle(void)
{
    handle_t left = endpoint_make("left"), right = endpoint_make("right");
    handle_t process = start("left", 45, "call", right, ENDPOINT_SEND, 0);

    copy("left.own", left, process, ENDPOINT_RECV);
    start("right", 35, "relay", right, ENDPOINT_RECV, left);
    must("left", sys_handle_close(left));
    must("right", sys_handle_close(right));
}

/* A thread that sends to where only a process without threads may receive. */
static void
start_lost(void)
{
    handle_t nobody = endpoint_make("nobody"), empty;

    must("empty", sys_process_create(self, EMPTY_FRAMES, PROCESS_SLOTS_MIN, 0,
                                     process_name("empty"), &empty));
    copy("empty.recv", nobody, empty, ENDPOINT_RECV);
    start("lost", 36, "send", nobody, ENDPOINT_SEND, 0);
    must("nobody", sys_handle_close(nobody));
}

/* Starts an actor that is supervised through `end` before it does what `role`
 * says: it begins when it has a message. */
static void
start_supervised(const char *name, unsigned priority, const char *role,
                 handle_t gate, handle_t end)
{
    const struct message m = {0};
    handle_t process = start(name, priority, role, gate, ENDPOINT_RECV, 0);

    must(name, sys_process_supervise(process, end));
    must(name, sys_endpoint_send(gate, &m));
}

/* Two faults, one of them received, and the end of a process. */
static void
start_faults(void)
{
    handle_t pages = endpoint_make("pages"), faults = endpoint_make("faults");
    handle_t pager_end = mint("pages.badge", pages, RIGHTS_ALL, BADGE);
    handle_t gate = endpoint_make("gate");

    start("pager", 44, "wait", pages, ENDPOINT_RECV, 0);
    start_supervised("paged", 22, "fault", gate, pager_end);
    start_supervised("faulter", 21, "fault", gate, faults);
    start_supervised("gone", 20, "exit", gate, faults);
}

/* Waits until thread `id` is in `state`. */
static void
await(uint64_t id, enum inspect_state state)
{
    struct inspection thread;

    do {
        sys_thread_yield();
        must("inspect",
             sys_machine_inspect(startup_handle("machine"), id, 0, &thread));
    } while ((thread.values[2] >> INSPECT_STATE_SHIFT & 0xff) != state);
}

/* Handles of which one was revoked, and those that are left. */
static void
make_tree(void)
{
    handle_t root = endpoint_make("tree");
    handle_t bare = copy("bare", root, self, RIGHT_DERIVE | BOTH);
    handle_t branch = copy("branch", root, self, RIGHT_DERIVE | BOTH);
    handle_t minted;

    copy("revoked", bare, self, ENDPOINT_SEND);
    must("revoke", sys_handle_revoke(bare));
    minted = mint("minted", branch, RIGHT_DERIVE | BOTH, BADGE);
    copy("leaf", minted, self, ENDPOINT_RECV);
}

static void
make_mappings(void)
{
    handle_t memory;
    uint64_t address;

    must("memory", sys_memory_create(self, 3, &memory));
    must("address", sys_memory_address(memory, &address));
    must("whole",
         sys_memory_map(self, memory, WHOLE, 0, 3, MEMORY_READ | MEMORY_WRITE));
    must("part", sys_memory_map(self, memory, PART, 1, 2, MEMORY_READ));
    printf("memory %#lx %#lx\n", memory, address);
}

/* Waits until the harts with nothing to run have come to rest: the last of them
 * may still be starting. */
static void
harts_await(void)
{
    const uint64_t wait = 3000000; /* ticks: 0.3 seconds */
    uint64_t start, now;

    __asm__ volatile("rdtime %0" : "=r"(start));
    do
        __asm__ volatile("rdtime %0" : "=r"(now));
    while (now - start < wait);
}

int
main(void)
{
    handle_t quiet, service, busy, spin;
    handle_t thread;
    struct message m = {0};

    self = startup_handle("self");
    quiet = endpoint_make("quiet");
    service = endpoint_make("service");
    busy = endpoint_make("busy");
    spin = endpoint_make("spin");

    must("listener", thread_start(listen, &quiet, stacks[0], STACK_BYTES,
                                  LISTENER_PRIORITY, &thread));
    start_driver();
    start("server", 40, "recv", service, ENDPOINT_RECV, 0);
    start("caller", 41, "call", service, ENDPOINT_SEND, 0);
    start("early", 42, "send", busy, ENDPOINT_SEND, 0);
    start("urgent", 50, "send", busy, ENDPOINT_SEND, 0);
    start("late", 42, "call", busy, ENDPOINT_SEND, 0);
    start_cycle();
    start_lost();
    start_faults();
    make_tree();
    make_mappings();
    start("spinner", 10, NULL, spin, BOTH, 0);

    /* Comes back when the spinner has begun to run. */
    must("spinner", sys_endpoint_call(spin, &m));
    await(13, INSPECT_PAGED);
    await(14, INSPECT_FAULTED);
    await(15, INSPECT_NOTICE); /* its process ends step by step */
    if (test_parameter("harts", 1) > 1) {
        await(16, INSPECT_RUNNING);
        harts_await();
    }
    test_end();
}

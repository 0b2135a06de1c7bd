/* SPDX-License-Identifier: MIT */
/* Scenarios: threads and processes do what we know, and the kernel tells just
 * that of them; its trace records what we did, in order. */
#include "../listener.h"

#include <abi/inspect.h>
#include <abi/trace.h>

#include <string.h>

enum {
    LOOKS = 256,
    IDLE_PRIORITY = 1,
    CAUSE_CALL = 8,
    RING_PAGES = TRACE_RING_BYTES / PAGE_BYTES,
};

#define CAUSE_TIMER (UINT64_C(1) << 63 | 5)
#define PLACE_RING UINT64_C(0x70000000)

static const volatile struct trace_ring *const ring =
    (const volatile struct trace_ring *)PLACE_RING;

static handle_t machine;
static struct waiter waiters[4];
static struct listener listeners[2];

/* ----------------------------------------------------------------- looking */

/* A thread as abi/inspect.h tells of it. */
struct look {
    uint64_t id, process, instructions, waits_for, pending;
    enum inspect_state state;
    unsigned priority, base;
};

static struct look looks[LOOKS];
static unsigned look_count;

/* Looks at all threads, in the order of their ids. */
static void
look(void)
{
    struct inspection i;
    uint64_t from = 0;

    for (look_count = 0; look_count < LOOKS; look_count++) {
        struct look *l = &looks[look_count];

        check_error(sys_machine_inspect(machine, from, 0, &i), OK, "look");
        if (i.values[0] == 0)
            return;
        check(i.values[0] >= from, "the ids do not rise");
        from = i.values[0] + 1;
        l->id = i.values[0];
        l->process = i.values[1];
        l->state = i.values[2] >> INSPECT_STATE_SHIFT & 0xff;
        l->priority = i.values[2] >> INSPECT_PRIORITY_SHIFT & 0xff;
        l->base = i.values[2] >> INSPECT_BASE_SHIFT & 0xff;
        l->instructions = i.values[3];
        l->waits_for = i.values[4];
        l->pending = i.values[5];
    }
    check(false, "there is no end of threads");
}

static struct inspection
process_look(handle_t process)
{
    struct inspection i = {{0}};

    check_error(sys_process_inspect(process, &i), OK, "look at a process");
    return i;
}

static uint64_t
process_number(handle_t process)
{
    return process_look(process).values[0];
}

/* The one thread of process number `process` in that state, as it was when we
 * last looked. */
static struct look
one(uint64_t process, enum inspect_state state)
{
    static const struct look none;
    const struct look *found = NULL;

    for (unsigned i = 0; i < look_count; i++)
        if (looks[i].process == process && looks[i].state == state) {
            if (found)
                check(false, "two threads in a state that one is in");
            found = &looks[i];
        }
    if (!found) {
        printf("scenario %s: nobody in state %u\n", scenario, state);
        check(false, "a state that nobody is in");
    }
    return found ? *found : none;
}

static handle_t
subject_start(const char *argument, handle_t port)
{
    const char *const arguments[] = {argument, NULL};
    struct spawned spawned = {0};
    struct spawn_request request = {
        .name = "subject",
        .arguments = arguments,
        .priority = SAME - 1, /* it runs when we wait */
    };

    request.image = boot_file("subject", &request.image_bytes);
    check_error(spawn_process(&request, &spawned), OK, "spawn");
    check_error(sys_process_supervise(spawned.process, port), OK, "supervise");
    return spawned.process;
}

/* Lets those run that are less urgent than we are. */
static void
rest(void)
{
    check_error(
        sys_thread_deadline(clock_ticks() + clock_microseconds(2000), 1), OK,
        "a deadline");
    expect_signal(HANDLE_NONE, 0, 1, "its signal");
}

/* --------------------------------------------------------------- inspection */

/* Our threads, one in each state that a thread is in by its own doing. */
static void
scenario_threads(void)
{
    handle_t port[4], thread = HANDLE_NONE;
    uint64_t me = process_number(self), number[4];
    unsigned at[2] = {0, 0};
    struct look l;
    struct message m;

    for (unsigned i = 0; i < 4; i++) {
        port[i] = port_create();
        waiters[i].handle = port[i];
        waiters[i].kind = i == 0 ? WAIT_RECV : i == 1 ? WAIT_SEND : WAIT_CALL;
        waiters[i].is_done = false;
        check_error(thread_start(waiter_run, &waiters[i], waiters[i].stack,
                                 STACK_BYTES, URGENT + i, &thread),
                    OK, "a thread");
        if (i == 1)
            signal(thread, 0x50);
        close(thread);
    }
    listener_start(&listeners[0], HANDLE_NONE, URGENT);
    listener_start(&listeners[1], HANDLE_NONE, IDLE_PRIORITY);
    check_error(sys_endpoint_recv(port[3], 0, &m), OK, "recv");
    look();

    l = one(me, INSPECT_RUNNING);
    check(l.base == SAME && l.priority == URGENT + 3, "our priority");
    check(l.waits_for == 0 && l.pending == 0, "we wait");
    l = one(me, INSPECT_READY);
    check(l.base == IDLE_PRIORITY && l.priority == IDLE_PRIORITY, "ready");
    check(l.instructions == 0, "it has not run");
    l = one(me, INSPECT_RECEIVING);
    number[0] = l.waits_for;
    check(l.priority == URGENT, "receiving");
    l = one(me, INSPECT_SENDING);
    number[1] = l.waits_for;
    check(l.priority == URGENT + 1 && l.pending == 0x50, "sending");
    l = one(me, INSPECT_CALLING);
    number[2] = l.waits_for;
    check(l.priority == URGENT + 2 && l.pending == 0, "calling");
    l = one(me, INSPECT_SERVED);
    check(l.waits_for == me, "served by us");
    check(l.id == (m.token & 0x3fff), "its id is in its token");
    check(l.priority == URGENT + 3, "served");
    l = one(me, INSPECT_SIGNAL);
    check(l.waits_for == 0 && l.pending == 0, "listening");
    for (unsigned i = 0; i < 3; i++)
        for (unsigned n = 0; n < i; n++)
            check(number[i] && number[i] != number[n], "endpoints' numbers");

    /* A second one at the same endpoint waits for the same. */
    check_error(sys_endpoint_reply(&m), OK, "reply");
    waiters[3].handle = port[1];
    waiter_start(&waiters[3]);
    look();
    l = one(me, INSPECT_RUNNING);
    check(l.priority == SAME, "our priority, after the reply");
    for (unsigned i = 0; i < look_count; i++)
        if (looks[i].state == INSPECT_CALLING)
            at[looks[i].waits_for == number[1]]++;
    check(at[0] == 1 && at[1] == 1, "who calls at the same endpoint");

    for (unsigned i = 0; i < 4; i++) {
        (void)!sys_handle_close(port[i]);
        check(i == 3 || waiters[i].is_done, "a waiter still waits");
    }
    check(waiters[3].is_done, "the last waiter still waits");
    listener_stop(&listeners[0]);
    signal(listeners[1].thread, LISTENER_STOP);
    rest();
    check(listeners[1].is_done, "the ready one never ran");
}

/* Threads whose process had an accident, or has ended. */
static void
scenario_subjects(void)
{
    handle_t port = port_create(), faulter, leaver;
    uint64_t me = process_number(self), faulters, leavers, waited_for;
    struct message m;
    struct look l;

    faulter = subject_start("fault=1", port);
    leaver = subject_start("fault=0", port);
    faulters = process_number(faulter);
    leavers = process_number(leaver);
    look();
    check(one(faulters, INSPECT_READY).priority == SAME - 1, "ready");
    rest();
    look();
    l = one(faulters, INSPECT_FAULTED);
    waited_for = l.waits_for;
    check(waited_for != 0, "faulted, but waits for nobody");
    l = one(leavers, INSPECT_NOTICE);
    check(l.waits_for == waited_for, "the notice waits elsewhere");

    check_error(sys_endpoint_recv(port, 0, &m), OK, "the fault");
    check(m.header == MESSAGE_FAULT, "the fault came first");
    look();
    l = one(faulters, INSPECT_PAGED);
    check(l.waits_for == me, "who answers the fault");
    check(l.id == m.words[3], "which thread the fault tells");
    m.header = FAULT_END;
    check_error(sys_endpoint_reply(&m), OK, "the answer");
    for (unsigned i = 0; i < 2; i++) {
        check_error(sys_endpoint_recv(port, 0, &m), OK, "a notice");
        check(m.header == MESSAGE_ENDED, "a notice");
    }
    look();
    for (unsigned i = 0; i < look_count; i++)
        check(looks[i].process == me, "a thread is left");
    check_error(sys_process_kill(faulter, 0), ERR_HANDLE, "it is gone");
    check_error(sys_process_kill(leaver, 0), ERR_HANDLE, "it is gone");
    close(port);
}

static uint64_t
instructions(void)
{
    uint64_t count;

    __asm__ volatile("rdinstret %0" : "=r"(count));
    return count;
}

/* Instructions are billed to who ran, and nobody pays for rest. */
static void
scenario_bill(void)
{
    uint64_t me = process_number(self), start, billed;
    struct look before, after, still;

    start = instructions();
    listener_start(&listeners[0], HANDLE_NONE, URGENT);
    sys_thread_yield();
    look();
    before = one(me, INSPECT_RUNNING);
    still = one(me, INSPECT_SIGNAL);
    spin(200);
    sys_thread_yield();
    look();
    after = one(me, INSPECT_RUNNING);
    check(before.id == after.id, "we have changed");
    billed = after.instructions - before.instructions;
    check(billed > 10000, "we did something");
    check(billed < instructions() - start, "we did not do more");
    before = after;
    after = one(me, INSPECT_SIGNAL);
    check(still.instructions > 0, "it did something to start");
    check(after.instructions == still.instructions, "it did nothing since");
    start = instructions();
    rest();
    sys_thread_yield(); /* closes the bill */
    look();
    billed = one(me, INSPECT_RUNNING).instructions - before.instructions;
    check(billed < (instructions() - start) / 2, "we paid for our rest");
    listener_stop(&listeners[0]);
}

/* The walk finds every thread, over any gap. */
static void
scenario_walk(void)
{
    enum { CROWD = 100 };
    handle_t first, second, thread;
    uint64_t number;
    unsigned count = 0;

    check_error(
        sys_process_create(self, 64, 16, 0, process_name("first"), &first), OK,
        "a process");
    check_error(
        sys_process_create(self, 64, 16, 0, process_name("second"), &second),
        OK, "a process");
    for (unsigned i = 0; i < 2 * CROWD; i++) {
        check_error(sys_thread_create(i < CROWD ? first : second, 0x1000, 0, 0,
                                      0, &thread),
                    OK, "a thread");
        close(thread);
    }
    look();
    check(look_count == 2 * CROWD + 1, "not all were seen");
    number = process_number(second);
    check_error(sys_process_kill(first, 0), OK, "kill");
    await_end(first);
    look();
    check(look_count == CROWD + 1, "not all were seen over the gap");
    for (unsigned i = 0; i < look_count; i++)
        count += looks[i].process == number;
    check(count == CROWD, "a thread of another process");
    check_error(sys_process_kill(second, 0), OK, "kill");
    await_end(second);
    look();
    check(look_count == 1, "a thread that has ended was seen");
}

/* What is told of a process is what we did to it. */
static void
scenario_processes(void)
{
    enum { GIVEN = 50, PAGES = 5, THREADS = 35 };
    handle_t child = HANDLE_NONE, memory = HANDLE_NONE, thread = HANDLE_NONE;
    struct inspection mine = process_look(self), other, more;

    check(mine.values[0] != 0 && mine.values[1] == 0, "we have no creator");
    check(mine.values[4] == 1 && mine.values[5] == 0, "our thread");
    check(memcmp(&mine.values[6], "init\0\0\0\0\0\0\0", 16 - 4) == 0, "name");
    check_error(sys_process_create(self, GIVEN, 16, 0,
                                   process_name("sixteen letters!?"), &child),
                OK, "a process");
    other = process_look(child);
    check(other.values[0] != 0 && other.values[0] != mine.values[0], "number");
    check(other.values[1] == mine.values[0], "its creator");
    check(other.values[2] < GIVEN && other.values[2] > GIVEN - 10, "what left");
    check(other.values[3] == GIVEN, "what it was given");
    check(other.values[4] == 0 && other.values[5] == 0, "no thread");
    check(memcmp(&other.values[6], "sixteen letters!", 16) == 0, "its name");
    more = process_look(self);
    check(more.values[2] <= mine.values[2] - GIVEN &&
              more.values[2] >= mine.values[2] - GIVEN - 1,
          "what we have left");

    check_error(sys_memory_create(child, PAGES, &memory), OK, "memory");
    for (unsigned i = 0; i < THREADS; i++) {
        check_error(sys_thread_create(child, 0x1000, 0, 0, 0, &thread), OK,
                    "a thread");
        close(thread);
    }
    more = process_look(child);
    check(more.values[4] == THREADS, "its threads");
    /* Seven threads to a page, and a page for memory objects. */
    check(more.values[2] == other.values[2] - PAGES - THREADS / 7 - 1,
          "what is left");
    close(memory);
    check(process_look(child).values[2] == more.values[2] + PAGES + 1,
          "what it got back");

    /* The same is told of a thread's process. */
    look();
    check_error(
        sys_machine_inspect(machine, looks[look_count - 1].id, 1, &more), OK,
        "the process of a thread");
    other = process_look(child);
    check(memcmp(&more, &other, sizeof(more)) == 0, "another process");

    check_error(sys_process_kill(child, 0), OK, "kill");
    check_error(sys_process_inspect(child, &more), OK, "while it ends");
    check(more.values[5] == 1, "it ends");
    await_end(child);
    more = process_look(self);
    check(memcmp(&more.values[1], &mine.values[1], 7 * 8) == 0, "as before");
}

static void
scenario_refusals(void)
{
    handle_t weak_self = copy(self, RIGHTS_ALL & ~PROCESS_INSPECT);
    handle_t weak = copy(machine, RIGHTS_ALL & ~MACHINE_INSPECT);
    handle_t still = copy(machine, RIGHTS_ALL & ~MACHINE_TRACE);
    struct inspection i;

    check_error(sys_process_inspect(weak_self, &i), ERR_RIGHTS, "process");
    check_error(sys_machine_inspect(weak, 0, 0, &i), ERR_RIGHTS, "machine");
    check_error(sys_machine_inspect(machine, 0, 2, &i), ERR_ARGUMENT, "kind");
    check_error(sys_machine_inspect(machine, UINT64_MAX, 0, &i), OK, "no id");
    check(i.values[0] == 0, "a thread with that id");
    check_error(sys_machine_trace(still, 1), ERR_RIGHTS, "trace");
    check_error(sys_machine_trace(machine, 2), ERR_ARGUMENT, "trace, how");
    check_error(sys_memory_map(self, startup_handle("rings"),
                               PLACE_RING + 0x100000, 0, 1,
                               MEMORY_READ | MEMORY_WRITE),
                ERR_RIGHTS, "writing to the rings");
    close(weak_self);
    close(weak);
    close(still);
}

/* -------------------------------------------------------------------- trace */

static uint64_t trace_start;

static void
trace_on(void)
{
    trace_start = ring->count;
    check_error(sys_machine_trace(machine, 1), OK, "trace on");
}

static void
trace_off(void)
{
    check_error(sys_machine_trace(machine, 0), OK, "trace off");
}

/* Record `n` since the trace was turned on. */
static struct trace_record
record(uint64_t n)
{
    uint64_t number = trace_start + n;
    struct trace_record r = ring->records[number % TRACE_RECORDS];

    check(number < ring->count && ring->count - number <= TRACE_RECORDS,
          "no such record");
    return r;
}

/* Record `n` says that our thread, or `id`, came in with that call. */
static void
record_is_call(uint64_t n, uint64_t id, enum syscall_number call)
{
    struct trace_record r = record(n);

    check(r.event == TRACE_TRAP && r.thread == id && r.call == call &&
              r.a == CAUSE_CALL,
          "another trap");
}

/* It says that `id` left with these two registers. */
static void
record_is_leave(uint64_t n, uint64_t id, uint64_t a0, uint64_t a1)
{
    struct trace_record r = record(n);

    check(r.event == TRACE_LEAVE && r.thread == id && r.a == a0 && r.b == a1,
          "another one left");
}

/* The last record is our turning the trace off. */
static void
record_is_last(uint64_t n, uint64_t id)
{
    check(ring->count == trace_start + n + 1, "more records, or fewer");
    record_is_call(n, id, SYS_MACHINE_TRACE);
    for (uint64_t i = 1; i <= n && i < TRACE_RECORDS; i++)
        check(record(n - i).time <= record(n - i + 1).time, "back in time");
}

static void
answer_once(void *argument)
{
    handle_t port = *(const handle_t *)argument;
    struct message m;

    if (sys_endpoint_recv(port, 0, &m) != OK)
        return;
    m.header = 22;
    (void)!sys_endpoint_reply_recv(port, &m);
}

/* A call and its answer, in order: who came in, who left. */
static void
scenario_trace_call(void)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    static handle_t port;
    uint64_t me = process_number(self), mine, its;
    handle_t thread = HANDLE_NONE;
    struct message m = {.header = 11};

    port = port_create();
    check_error(
        thread_start(answer_once, &port, stack, sizeof(stack), URGENT, &thread),
        OK, "a server");
    close(thread);
    look();
    mine = one(me, INSPECT_RUNNING).id;
    its = one(me, INSPECT_RECEIVING).id;
    trace_on();
    check_error(sys_endpoint_call(port, &m), OK, "call");
    trace_off();
    check(message_label(&m) == 22, "the answer");
    record_is_call(0, mine, SYS_ENDPOINT_CALL);
    check(record(0).b == port, "the handle that we named");
    record_is_leave(1, its, OK, 11);
    record_is_call(2, its, SYS_ENDPOINT_REPLY_RECV);
    record_is_leave(3, mine, OK, 22);
    record_is_last(4, mine);
    close(port);
}

/* While it is off nothing is recorded. */
static void
scenario_trace_off(void)
{
    uint64_t count;

    trace_on();
    trace_off();
    count = ring->count;
    check(count > trace_start, "nothing while it was on");
    for (unsigned i = 0; i < 10; i++)
        sys_thread_yield();
    listener_start(&listeners[0], HANDLE_NONE, URGENT);
    listener_stop(&listeners[0]);
    rest();
    check(ring->count == count, "something while it was off");
}

/* More records than there is room for: the newest stay. */
static void
scenario_trace_round(void)
{
    enum { CALLS = 700 };
    uint64_t mine;

    look();
    mine = one(process_number(self), INSPECT_RUNNING).id;
    trace_on();
    for (unsigned i = 0; i < CALLS; i++)
        (void)!sys_null();
    trace_off();
    record_is_last(2 * CALLS, mine);
    for (uint64_t i = 2 * CALLS - 500; i < 2 * CALLS; i += 2) {
        record_is_call(i, mine, SYS_NULL);
        record_is_leave(i + 1, mine, OK, record(i + 1).b);
    }
}

/* Interrupts, and rest. */
static void
scenario_trace_time(void)
{
    uint64_t mine, ticks;

    look();
    mine = one(process_number(self), INSPECT_RUNNING).id;
    trace_on();
    ticks = clock_ticks() + clock_microseconds(100);
    check_error(sys_thread_deadline(ticks, 1), OK, "a deadline");
    spin(200);
    expect_signal(HANDLE_NONE, MESSAGE_NOWAIT, 1, "its signal");
    ticks = clock_ticks() + clock_microseconds(100);
    check_error(sys_thread_deadline(ticks, 2), OK, "another");
    expect_signal(HANDLE_NONE, 0, 2, "its signal");
    trace_off();
    record_is_call(0, mine, SYS_THREAD_DEADLINE);
    check(record(2).event == TRACE_TRAP && record(2).thread == mine &&
              record(2).a == CAUSE_TIMER,
          "the timer");
    check(record(3).event == TRACE_LEAVE && record(3).thread == mine, "us");
    record_is_call(4, mine, SYS_ENDPOINT_REPLY_RECV);
    record_is_call(6, mine, SYS_THREAD_DEADLINE);
    record_is_call(8, mine, SYS_ENDPOINT_REPLY_RECV);
    check(record(9).event == TRACE_IDLE, "nobody was ready");
    record_is_leave(10, mine, OK, MESSAGE_SIGNAL);
    check(record(10).time >= ticks, "it was too early");
    record_is_last(11, mine);
}

/* Beginnings and ends. */
static void
scenario_trace_lives(void)
{
    handle_t child = HANDLE_NONE, thread = HANDLE_NONE;
    uint64_t number, id;

    check_error(
        sys_process_create(self, 16, 16, 0, process_name("child"), &child), OK,
        "a process");
    number = process_number(child);
    trace_on();
    check_error(sys_thread_create(child, 0x1000, 0, 0, 0, &thread), OK,
                "a thread");
    check_error(sys_process_kill(child, 1234), OK, "kill");
    trace_off();
    check(record(1).event == TRACE_CREATE && record(1).a == number, "created");
    id = record(1).thread;
    check(id != 0 && id != record(0).thread, "which thread was created");
    check(record(4).event == TRACE_END && record(4).a == number &&
              record(4).b == 1234,
          "ended");
    await_end(child);
    (void)!sys_handle_close(thread);
}

static const struct scenario scenarios[] = {
    {"threads", scenario_threads},
    {"subjects", scenario_subjects},
    {"bill", scenario_bill},
    {"walk", scenario_walk},
    {"processes", scenario_processes},
    {"refusals", scenario_refusals},
    {"trace-call", scenario_trace_call},
    {"trace-off", scenario_trace_off},
    {"trace-round", scenario_trace_round},
    {"trace-time", scenario_trace_time},
    {"trace-lives", scenario_trace_lives},
};

int
main(void)
{
    machine = startup_handle("machine");
    check_error(sys_memory_map(startup_handle("self"), startup_handle("rings"),
                               PLACE_RING, 0, RING_PAGES, MEMORY_READ),
                OK, "the trace's first ring");
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}

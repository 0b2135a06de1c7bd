/* SPDX-License-Identifier: MIT */
/* A process that makes random system calls from many threads until each has
 * made its share, or has been killed, or has broken something of its own.
 *
 * What the calls return goes into pools that all threads share (dice.h) and
 * from which the next arguments are drawn, now and then bent a little. So most
 * calls get past the first check, and handles move, die and are closed under
 * threads that wait through them.
 *
 * The calls themselves are tried in talk.h (messages, faults), things.h
 * (memory, handles, lines) and children.h (processes).
 *
 * Arguments: "seed=N", "calls=N" for each thread. Grants: "self", "tally",
 * "port0" to "port3", "devices", "irqs", and "machine" without power or log. */
#include "children.h"
#include "talk.h"
#include "things.h"

#include <lib/thread.h>

enum { STACKS = 56, STACK_BYTES = 2048 };

static uint64_t share; /* calls that each thread makes */
static uint64_t seed;  /* of the thread that starts next */

static char stacks[STACKS][STACK_BYTES] __attribute__((aligned(16)));
static uint32_t is_taken[STACKS]; /* words, for their atomic exchange */

static void chaos_run(void *argument);

/* Keeps a handle that can signal it, mostly. */
static err_t
try_thread_create(struct dice *d)
{
    unsigned n = (unsigned)roll(d, STACKS);
    handle_t thread = HANDLE_NONE, minted;
    err_t error;

    if (__atomic_exchange_n(&is_taken[n], 1, __ATOMIC_RELAXED))
        return OK;
    error = thread_start(chaos_run, &is_taken[n], stacks[n], STACK_BYTES,
                         PRIORITY_LOW + (unsigned)roll(d, 8), &thread);
    if (error != OK) {
        is_taken[n] = 0;
        return error;
    }
    if (chance(d, 70) && sys_handle_mint(thread, self, RIGHTS_ALL,
                                         1 + roll(d, 255), &minted) == OK)
        few_put(d, signals, minted);
    if (chance(d, 80))
        (void)!sys_handle_close(thread);
    else
        pool_put(d, thread);
    return error;
}

/* What takes away: the handles of what was granted stay. */
static err_t
try_removal(struct dice *d, enum syscall_number number)
{
    if (number == SYS_PROCESS_KILL)
        return sys_process_kill(
            chance(d, 98) ? some_of(d, children) : other_handle(d), roll(d, 9));
    if (number == SYS_HANDLE_REVOKE)
        return sys_handle_revoke(other_handle(d));
    return sys_handle_close(other_handle(d));
}

static err_t
try_endpoint_create(struct dice *d)
{
    handle_t handle = HANDLE_NONE;
    err_t error = sys_endpoint_create(some_process(d), &handle);

    if (error == OK)
        pool_put(d, handle);
    return error;
}

/* One call; what it answered. */
static err_t
try(struct dice *d, enum syscall_number number)
{
    uint64_t address;

    switch (number) {
    case SYS_ENDPOINT_CREATE:
        return try_endpoint_create(d);
    case SYS_THREAD_CREATE:
        return try_thread_create(d);
    case SYS_THREAD_YIELD:
        sys_thread_yield();
        return OK;
    case SYS_THREAD_SIGNAL:
        return try_signal(d);
    case SYS_THREAD_DEADLINE:
        return try_deadline(d);
    case SYS_PROCESS_CREATE:
        return try_process_create(d);
    case SYS_PROCESS_SUPERVISE:
        return try_supervise(d);
    case SYS_PROCESS_KILL:
    case SYS_HANDLE_CLOSE:
    case SYS_HANDLE_REVOKE:
        return try_removal(d, number);
    case SYS_MEMORY_CREATE:
    case SYS_MEMORY_MAP:
    case SYS_MEMORY_UNMAP:
        return try_memory(d, number);
    case SYS_MEMORY_CUT:
        return try_cut(d);
    case SYS_MEMORY_ADDRESS:
        return sys_memory_address(some_of(d, memories), &address);
    case SYS_HANDLE_COPY:
    case SYS_HANDLE_MINT:
        return try_handle(d, number);
    case SYS_ENDPOINT_CALL:
    case SYS_ENDPOINT_REPLY_RECV:
    case SYS_ENDPOINT_SEND:
    case SYS_ENDPOINT_REPLY:
        return try_message(d, number);
    case SYS_LEASE_READ:
    case SYS_LEASE_WRITE:
        return try_lease(d, number, some_of(d, lent));
    case SYS_IRQ_CREATE:
    case SYS_IRQ_BIND:
    case SYS_IRQ_ACK:
        return try_irq(d, number);
    case SYS_MACHINE_INSPECT:
    case SYS_MACHINE_TRACE:
    case SYS_PROCESS_INSPECT:
        return try_machine(d, number);
    case SYS_NULL:
    case SYS_THREAD_EXIT:
    case SYS_MACHINE_LOG:
    case SYS_MACHINE_POWER_OFF:
        return sys_null();
    }
    return OK;
}

/* How often each call is tried; those that make things are balanced by those
 * that take them away. */
static enum syscall_number
some_call(struct dice *d)
{
    static const struct {
        uint8_t number, times;
    } calls[] = {
        {SYS_ENDPOINT_CALL, 5},   {SYS_ENDPOINT_REPLY_RECV, 6},
        {SYS_ENDPOINT_SEND, 2},   {SYS_ENDPOINT_REPLY, 3},
        {SYS_ENDPOINT_CREATE, 2}, {SYS_LEASE_READ, 2},
        {SYS_LEASE_WRITE, 2},     {SYS_THREAD_CREATE, 4},
        {SYS_THREAD_YIELD, 1},    {SYS_THREAD_SIGNAL, 3},
        {SYS_THREAD_DEADLINE, 2}, {SYS_PROCESS_CREATE, 2},
        {SYS_PROCESS_KILL, 2},    {SYS_PROCESS_SUPERVISE, 2},
        {SYS_PROCESS_INSPECT, 1}, {SYS_MEMORY_CREATE, 2},
        {SYS_MEMORY_MAP, 3},      {SYS_MEMORY_UNMAP, 3},
        {SYS_MEMORY_CUT, 1},      {SYS_MEMORY_ADDRESS, 1},
        {SYS_HANDLE_COPY, 3},     {SYS_HANDLE_MINT, 2},
        {SYS_HANDLE_CLOSE, 2},    {SYS_HANDLE_REVOKE, 1},
        {SYS_IRQ_CREATE, 1},      {SYS_IRQ_BIND, 1},
        {SYS_IRQ_ACK, 1},         {SYS_MACHINE_INSPECT, 1},
        {SYS_MACHINE_TRACE, 1},   {SYS_NULL, 1},
    };
    uint64_t left = roll(d, 63);

    for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (left < calls[i].times)
            return (enum syscall_number)calls[i].number;
        left -= calls[i].times;
    }
    return SYS_NULL;
}

/* Ends the thread and lends its stack to the next one, without touching it
 * in between. */
_Noreturn static void
chaos_exit(uint32_t *taken)
{
    __asm__ volatile("sw   zero, 0(%0)\n\t"
                     "li   a0, 0\n\t"
                     "li   a7, %1\n\t"
                     "ecall" ::"r"(taken),
                     "i"(SYS_THREAD_EXIT)
                     : "a0", "a7", "memory");
    __builtin_unreachable();
}

/* Something for the pool. */
static handle_t
handle_new(void)
{
    handle_t handle = HANDLE_NONE;

    (void)!sys_endpoint_create(self, &handle);
    return handle;
}

static void
chaos_run(void *argument)
{
    struct dice d = {__atomic_add_fetch(&seed, 1, __ATOMIC_RELAXED) << 32,
                     &pool[0]};

    for (uint64_t i = 0; i < share; i++) {
        enum syscall_number number = some_call(&d);
        err_t error;

        __atomic_fetch_add(&tally->calls, 1, __ATOMIC_RELAXED);
        d.drawn = NULL;
        error = try(&d, number);
        note(number, error);
        if (error == ERR_HANDLE && d.drawn && chance(&d, 70)) /* it is stale */
            *d.drawn = chance(&d, 50) ? ports[roll(&d, PORTS)] : handle_new();
    }
    chaos_exit(argument);
}

/* The page of the clock, for clock_ring. */
static err_t
clock_map(void)
{
    handle_t clock = HANDLE_NONE;
    err_t error = sys_memory_cut(self, devices, CLOCK_PAGE, 1, &clock);

    if (error == OK)
        error = sys_memory_map(self, clock, CLOCK_PLACE, 0, 1,
                               MEMORY_READ | MEMORY_WRITE);
    return error == OK ? sys_handle_close(clock) : error;
}

int
main(void)
{
    static const char *const names[] = {"port0", "port1", "port2", "port3"};
    static uint32_t is_main_taken;
    struct dice d = {.drawn = &pool[0]};

    self = startup_handle("self");
    devices = startup_handle("devices");
    irq_root = startup_handle("irqs");
    machine = startup_handle("machine");
    share = test_parameter("calls", 300);
    d.state = seed = test_parameter("seed", 1);
    if (sys_memory_map(self, startup_handle("tally"), TALLY_PLACE, 0,
                       TALLY_PAGES, MEMORY_READ | MEMORY_WRITE) ||
        clock_map())
        return 1;
    for (unsigned i = 0; i < PORTS; i++)
        ports[i] = startup_handle(names[i]);
    for (unsigned i = 0; i < POOL; i++)
        pool[i] = i % 8 ? handle_new() : ports[i / 8 % PORTS];
    for (unsigned i = 0; i < 8; i++)
        (void)!try_thread_create(&d);
    chaos_run(&is_main_taken);
    return 0;
}

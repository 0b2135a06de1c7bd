/* SPDX-License-Identifier: MIT */
/* A process that makes random system calls from many threads until each has
 * made its share, or has been killed, or has broken something of its own.
 *
 * What the calls return goes into a pool that all threads share and from which
 * the next arguments are drawn, now and then bent a little. So most calls get
 * past the first check, and handles move, die and are closed under threads
 * that wait through them. Nothing in the pool is locked: a stale handle is as
 * good as any.
 *
 * Children get a page of code that needs neither stack nor data (raw_begin)
 * and makes calls with random registers.
 *
 * Arguments: "seed=N", "calls=N" for each thread. Grants: "self", "tally",
 * "port0" to "port3". */
#include "tally.h"

#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/thread.h>

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    PORTS = 4,
    POOL = 48,
    TOKENS = 8,
    STACKS = 56,
    STACK_BYTES = 2048,
    PRIORITY_LOW = 33, /* above fuzz.c, which runs when all are stuck */
    PRIORITY_HIGH = 40,
};

static struct tally *const tally = (struct tally *)TALLY_PLACE;

static handle_t self;
static handle_t ports[PORTS]; /* as granted, if they are still there */
static handle_t pool[POOL];
static handle_t memories[TOKENS]; /* these and the next two besides, for */
static handle_t children[TOKENS]; /* calls that want just such a handle */
static token_t tokens[TOKENS];
static struct {
    uint64_t address, pages;
} mapped[TOKENS];
static uint64_t share; /* calls that each thread makes */
static uint64_t seed;  /* of the thread that starts next */

static char stacks[STACKS][STACK_BYTES] __attribute__((aligned(16)));
static uint32_t is_taken[STACKS]; /* words, for their atomic exchange */

/* One thread's dice, and where in the pool its last handle came from. */
struct dice {
    uint64_t state;
    handle_t *drawn;
};

static uint64_t
roll(struct dice *d, uint64_t sides)
{
    return (test_random(&d->state) >> 16) % sides;
}

static bool
chance(struct dice *d, unsigned percent)
{
    return roll(d, 100) < percent;
}

static handle_t *
pool_place(struct dice *d)
{
    return &pool[roll(d, POOL)];
}

/* Some handle, mostly one that there is. */
static handle_t
some_handle(struct dice *d)
{
    handle_t handle;

    d->drawn = pool_place(d);
    handle = *d->drawn;
    if (chance(d, 2))
        return HANDLE_NAME(roll(d, 4), roll(d, 64));
    return chance(d, 5) ? self : handle;
}

/* A process, mostly ourselves. */
static handle_t
some_process(struct dice *d)
{
    if (chance(d, 15))
        return children[roll(d, TOKENS)];
    return chance(d, 80) ? self : some_handle(d);
}

/* What the program was given and has soon nothing to do without. */
static bool
is_granted(handle_t handle)
{
    for (unsigned i = 0; i < PORTS; i++)
        if (handle == ports[i])
            return true;
    return handle == self;
}

/* One to close, to move or to kill: none that was granted. Copies of those
 * do as well, and leave the program something to go on with. */
static handle_t
other_handle(struct dice *d)
{
    handle_t handle = some_handle(d);

    return is_granted(handle) ? HANDLE_NONE : handle;
}

/* Puts a handle into the pool. What is thrown out for it is mostly closed, or
 * the table would soon be full. */
static void
pool_put(struct dice *d, handle_t handle)
{
    handle_t *place = pool_place(d);
    handle_t old = *place;

    *place = handle;
    if (!is_granted(old) && chance(d, 90))
        (void)!sys_handle_close(old);
}

static rights_t
some_rights(struct dice *d)
{
    return chance(d, 70) ? RIGHTS_ALL : (rights_t)roll(d, 0x101);
}

/* Pages near borders: of tables, of the user half, and just anywhere. */
static uint64_t
some_address(struct dice *d)
{
    static const uint64_t places[] = {
        UINT64_C(0x2040000000), /* 1 GiB */
        UINT64_C(0x2080200000), /* 2 MiB */
        UINT64_C(0x2080000000), UINT64_C(0x4000000000), UINT64_C(0x20c0000000),
    };
    uint64_t place = places[roll(d, sizeof(places) / sizeof(places[0]))];

    if (chance(d, 1))
        return test_random(&d->state);
    return place + roll(d, 8) * PAGE_BYTES - 4 * PAGE_BYTES;
}

static void
note(enum syscall_number number, err_t error)
{
    __atomic_fetch_add(&tally->count[number][error % TALLY_ERRORS], 1,
                       __ATOMIC_RELAXED);
}

/* The code of children: `calls` (a1) calls with random registers, of which
 * a0 is the seed. Handles are of the first 16 slots and generations 0 to 3.
 * It is copied to another address. */
extern const char raw_begin[], raw_end[];
__asm__(".text\n.balign 4\n"
        "raw_begin:\n"
        "    mv   s0, a0\n"
        "    li   s1, 200\n"
        "    li   s2, 0x5851f42d4c957f2d\n"
        "    li   s3, 0x3000f\n"
        "1:  mul  s0, s0, s2\n"
        "    addi s0, s0, 0x1d\n"
        "    srli t3, s0, 20\n"
        "    and  a0, t3, s3\n"
        "    srli t3, s0, 24\n"
        "    and  a1, t3, s3\n"
        "    srli t3, s0, 28\n"
        "    andi a2, t3, 255\n"
        "    srli t3, s0, 29\n"
        "    andi t3, t3, 3\n" /* flags NOWAIT and HANDLE into a1 */
        "    slli t3, t3, 32\n"
        "    srli a7, s0, 58\n"
        "    addi t4, a7, -4\n"
        "    bgez t4, 2f\n" /* messages only */
        "    or   a1, a1, t3\n"
        "2:  srli a3, s0, 33\n"
        "    andi a3, a3, 63\n"
        "    srli a4, s0, 36\n"
        "    andi a4, a4, 31\n"
        "    mv   a5, a2\n"
        "    srli a6, s0, 40\n"
        "    and  a6, a6, s3\n"
        "    li   t4, 17\n" /* thread_exit comes soon enough */
        "    beq  a7, t4, 3f\n"
        "    ecall\n"
        "3:  addi s1, s1, -1\n"
        "    bgtz s1, 1b\n"
        "    li   a7, 17\n"
        "    ecall\n"
        ".balign 4\n"
        "raw_end:\n");

#define RAW_PLACE UINT64_C(0x10000)

/* Fills a new child with the raw code and handles, and starts threads. */
static void
child_populate(struct dice *d, handle_t child)
{
    const uint64_t window = UINT64_C(0x2f00000000) + roll(d, 64) * PAGE_BYTES;
    handle_t memory = HANDLE_NONE, thread, copy;
    err_t error = sys_memory_create(child, 1, &memory);

    if (error == OK)
        error = sys_memory_map(self, memory, window, 0, 1,
                               MEMORY_READ | MEMORY_WRITE);
    if (error == OK) {
        memcpy((void *)window, raw_begin, (size_t)(raw_end - raw_begin));
        error = sys_memory_unmap(self, window, 1);
    }
    if (error == OK)
        error = sys_memory_map(child, memory, RAW_PLACE, 0, 1,
                               MEMORY_READ | MEMORY_EXEC);
    (void)!sys_handle_close(memory);
    for (unsigned i = 0; error == OK && i < 6; i++)
        (void)!sys_handle_copy(i ? some_handle(d) : child, child,
                               some_rights(d), &copy);
    for (uint64_t i = roll(d, 4); error == OK && i > 0; i--) {
        error = sys_thread_create(child, RAW_PLACE, 0, test_random(&d->state),
                                  PRIORITY_LOW + roll(d, 8), &thread);
        if (error == OK && chance(d, 50))
            (void)!sys_handle_close(thread);
        else if (error == OK)
            pool_put(d, thread);
    }
}

static err_t
try_process_create(struct dice *d, uint64_t payer)
{
    uint64_t slots =
        chance(d, 95) ? UINT64_C(16) << roll(d, 3) : UINT64_C(8) << roll(d, 11);
    handle_t child = HANDLE_NONE;
    err_t error = sys_process_create(payer, roll(d, 48), slots,
                                     roll(d, PRIORITY_HIGH + 2),
                                     process_name("chaos child"), &child);

    if (error == OK) {
        child_populate(d, child);
        children[roll(d, TOKENS)] = child;
        pool_put(d, child);
    }
    return error;
}

static void chaos_run(void *argument);

static err_t
try_thread_create(struct dice *d)
{
    unsigned n = (unsigned)roll(d, STACKS);
    handle_t thread = HANDLE_NONE;
    err_t error;

    if (__atomic_exchange_n(&is_taken[n], 1, __ATOMIC_RELAXED))
        return OK;
    error = thread_start(chaos_run, &is_taken[n], stacks[n], STACK_BYTES,
                         PRIORITY_LOW + (unsigned)roll(d, 8), &thread);
    if (error != OK)
        is_taken[n] = 0;
    else if (chance(d, 80))
        (void)!sys_handle_close(thread);
    else
        pool_put(d, thread);
    return error;
}

/* Keeps what a message brought. */
static void
message_keep(struct dice *d, const struct message *m)
{
    if (message_flags(m) & MESSAGE_HANDLE)
        pool_put(d, m->words[4]);
    if (m->token != 0)
        tokens[roll(d, TOKENS)] = m->token;
}

static err_t
try_message(struct dice *d, enum syscall_number number)
{
    handle_t port = some_handle(d);
    struct message m = {.header = roll(d, 9)};
    err_t error;

    if (chance(d, 45))
        m.header |= MESSAGE_NOWAIT;
    if (chance(d, 30))
        m.header |= MESSAGE_HANDLE;
    if (chance(d, 1))
        m.header |= UINT64_C(1) << (34 + roll(d, 30));
    m.words[4] = chance(d, 10) && !is_granted(port) ? port : other_handle(d);
    if (number == SYS_ENDPOINT_REPLY || chance(d, 60))
        m.token = tokens[roll(d, TOKENS)];
    if (number == SYS_ENDPOINT_SEND)
        return sys_endpoint_send(port, &m);
    if (number == SYS_ENDPOINT_REPLY)
        return sys_endpoint_reply(&m);
    if (number == SYS_ENDPOINT_CALL) {
        error = sys_endpoint_call(port, &m);
        m.token = 0;
    } else {
        error = sys_endpoint_reply_recv(port, &m);
    }
    if (error == OK)
        message_keep(d, &m);
    return error;
}

/* Creates, maps and unmaps; what was mapped may be gone by then. */
static err_t
try_memory(struct dice *d, enum syscall_number number)
{
    uint64_t pages = chance(d, 95) ? 1 + roll(d, 4) : roll(d, 70);
    uint64_t address = some_address(d), n = roll(d, TOKENS);
    handle_t memory = chance(d, 80) ? memories[n] : some_handle(d);
    err_t error;

    if (number == SYS_MEMORY_MAP) {
        error = sys_memory_map(some_process(d), memory, address,
                               chance(d, 80) ? 0 : roll(d, 3), pages,
                               chance(d, 90) ? MEMORY_READ | MEMORY_WRITE
                                             : (rights_t)roll(d, 0x101));
        if (error == OK) {
            mapped[n].address = address;
            mapped[n].pages = pages;
        }
        return error;
    }
    if (number == SYS_MEMORY_UNMAP)
        return chance(d, 80)
                   ? sys_memory_unmap(some_process(d), mapped[n].address,
                                      mapped[n].pages)
                   : sys_memory_unmap(some_process(d), address, pages);
    error = sys_memory_create(some_process(d), pages, &memory);
    if (error == OK) {
        memories[n] = memory;
        pool_put(d, memory);
    }
    return error;
}

static err_t
try_handle(struct dice *d, enum syscall_number number)
{
    handle_t copy = HANDLE_NONE, target = some_process(d);
    err_t error;

    if (number == SYS_HANDLE_COPY)
        error = sys_handle_copy(some_handle(d), target, some_rights(d), &copy);
    else
        error =
            sys_handle_mint(some_handle(d), target, some_rights(d),
                            chance(d, 5) ? 0 : test_random(&d->state), &copy);
    if (error == OK && target == self)
        pool_put(d, copy);
    return error;
}

/* One call; what it answered. */
static err_t
try(struct dice *d, enum syscall_number number)
{
    handle_t handle = HANDLE_NONE;
    err_t error;

    switch (number) {
    case SYS_ENDPOINT_CREATE:
        error = sys_endpoint_create(some_process(d), &handle);
        if (error == OK)
            pool_put(d, handle);
        return error;
    case SYS_THREAD_CREATE:
        return try_thread_create(d);
    case SYS_THREAD_YIELD:
        sys_thread_yield();
        return OK;
    case SYS_PROCESS_CREATE:
        return try_process_create(d, some_process(d));
    case SYS_PROCESS_KILL:
        return sys_process_kill(chance(d, 50) ? children[roll(d, TOKENS)]
                                              : other_handle(d),
                                roll(d, 9));
    case SYS_MEMORY_CREATE:
    case SYS_MEMORY_MAP:
    case SYS_MEMORY_UNMAP:
        return try_memory(d, number);
    case SYS_HANDLE_COPY:
    case SYS_HANDLE_MINT:
        return try_handle(d, number);
    case SYS_HANDLE_CLOSE:
        return sys_handle_close(other_handle(d));
    case SYS_ENDPOINT_CALL:
    case SYS_ENDPOINT_REPLY_RECV:
    case SYS_ENDPOINT_SEND:
    case SYS_ENDPOINT_REPLY:
        return try_message(d, number);
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
    static const uint8_t calls[] = {
        SYS_ENDPOINT_CALL,
        SYS_ENDPOINT_CALL,
        SYS_ENDPOINT_CALL,
        SYS_ENDPOINT_REPLY_RECV,
        SYS_ENDPOINT_REPLY_RECV,
        SYS_ENDPOINT_REPLY_RECV,
        SYS_ENDPOINT_REPLY_RECV,
        SYS_ENDPOINT_SEND,
        SYS_ENDPOINT_SEND,
        SYS_ENDPOINT_REPLY,
        SYS_ENDPOINT_REPLY,
        SYS_ENDPOINT_CREATE,
        SYS_THREAD_CREATE,
        SYS_THREAD_CREATE,
        SYS_THREAD_YIELD,
        SYS_THREAD_CREATE,
        SYS_PROCESS_CREATE,
        SYS_PROCESS_KILL,
        SYS_MEMORY_CREATE,
        SYS_MEMORY_MAP,
        SYS_MEMORY_MAP,
        SYS_MEMORY_UNMAP,
        SYS_MEMORY_UNMAP,
        SYS_HANDLE_COPY,
        SYS_HANDLE_COPY,
        SYS_HANDLE_MINT,
        SYS_HANDLE_CLOSE,
        SYS_HANDLE_CLOSE,
        SYS_NULL,
        SYS_PROCESS_KILL,
    };

    return calls[roll(d, sizeof(calls))];
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

int
main(void)
{
    static const char *const names[] = {"port0", "port1", "port2", "port3"};
    static uint32_t is_main_taken;
    struct dice d = {.drawn = &pool[0]};

    self = startup_handle("self");
    share = test_parameter("calls", 300);
    d.state = seed = test_parameter("seed", 1);
    if (sys_memory_map(self, startup_handle("tally"), TALLY_PLACE, 0,
                       TALLY_PAGES, MEMORY_READ | MEMORY_WRITE))
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

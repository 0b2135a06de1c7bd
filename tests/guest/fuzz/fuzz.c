/* SPDX-License-Identifier: MIT */
/* A fuzzer of system calls. Each round starts some processes of chaos.c at
 * random, wakes those that are stuck by talking to their ports at random, kills
 * them all in some order, and checks that this process has as many frames and
 * free slots as before. The kernel's part is not to panic and not to hang.
 *
 *     round 3 ok             or what went wrong
 *     calls 41234 returned 41002 succeeded 20031   in all rounds
 *     call 2: 0 811, 9 402   of call number 2: error 0 811 times, ...
 *
 * The same seed does the same, to the instruction, under -icount.
 *
 * Parameters: "seed=N", "rounds=N", "calls=N" for each thread of chaos.c, and
 * "turns=N", how often this program meddles in a round, "crowd=N", processes at
 * most (4). */
#include "../scenario.h"

#include "tally.h"

#include <abi/boot.h>

#include <string.h>

enum {
    PORTS = 4,
    CROWD_MAX = 4,
    IDS_USED = 300, /* so that an end takes several steps */
    CHAOS_FRAMES = 384,
    OWN_TABLES_MAX = 8, /* for the places that this program maps once */
    NAP_TICKS_MAX = 2000,
    END_TICKS = 1000000000, /* 100 seconds, for a busy host with four harts */
};

static struct tally *const tally = (struct tally *)TALLY_PLACE;
static uint64_t dice;

static uint64_t
roll(uint64_t sides)
{
    return (test_random(&dice) >> 16) % sides;
}

static handle_t
chaos_start(const handle_t ports[PORTS], handle_t memory)
{
    char seed[32], calls[32];
    const char *const arguments[] = {seed, calls, NULL};
    const struct spawn_grant grants[] = {
        {"port0", ports[0], RIGHTS_ALL, 0},
        {"port1", ports[1], RIGHTS_ALL, 0},
        {"port2", ports[2], RIGHTS_ALL, 0},
        {"port3", ports[3], RIGHTS_ALL, 0},
        {"tally", memory, RIGHT_DERIVE | MEMORY_READ | MEMORY_WRITE, 0},
        {"devices", BOOT_DEVICES, RIGHT_DERIVE, 0},
        {"irqs", BOOT_IRQS, RIGHT_DERIVE | IRQ_BIND, 0},
        {"machine", BOOT_MACHINE, MACHINE_INSPECT | MACHINE_TRACE, 0},
    };
    struct spawned spawned = {0};
    struct spawn_request request = {
        .name = "chaos",
        .arguments = arguments,
        .grants = grants,
        .grant_count = sizeof(grants) / sizeof(grants[0]),
        .priority = URGENT,
        .frames = CHAOS_FRAMES,
        .slots = 128,
    };

    snprintf(seed, sizeof(seed), "seed=%llu",
             (unsigned long long)test_random(&dice));
    snprintf(calls, sizeof(calls), "calls=%llu",
             (unsigned long long)test_parameter("calls", 300));
    request.image = boot_file("chaos", &request.image_bytes);
    check_error(spawn_process(&request, &spawned), OK, "spawn");
    return spawned.process;
}

/* Talks to a port, and never waits: this thread runs when all others do. */
static void
port_poke(handle_t port)
{
    static token_t token;
    struct message m = {.header = MESSAGE_NOWAIT, .token = token};
    err_t error = OK;

    switch (roll(4)) {
    case 0:
        error = sys_endpoint_send(port, &m);
        break;
    case 1:
        error = sys_endpoint_reply(&m);
        token = 0;
        break;
    default:
        m.token = roll(2) ? 0 : token;
        error = sys_endpoint_reply_recv(port, &m);
        if (error == OK && message_flags(&m) & MESSAGE_HANDLE)
            (void)!sys_handle_close(m.words[4]);
        token = error == OK ? m.token : 0;
        break;
    }
}

static uint64_t
ticks_now(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

/* Lets the others be, on all harts. */
static void
nap(uint64_t ticks)
{
    struct message m;

    check_error(sys_thread_deadline(ticks_now() + ticks, 1), OK, "a deadline");
    check_error(sys_endpoint_recv(HANDLE_NONE, 0, &m), OK, "a nap");
}

/* As await_end, but gives up. */
static void
end_check(handle_t process)
{
    uint64_t start = ticks_now();

    while (sys_process_kill(process, 0) == OK) {
        if (ticks_now() - start > END_TICKS) {
            check(false, "a process does not end");
            return;
        }
        sys_thread_yield();
    }
}

/* Asked for, and not found out by trial as in scenario.h: on several harts
 * each end of a process takes its time. */
static uint64_t
quota_left(void)
{
    struct inspection inspection = {{0}};

    check_error(sys_process_inspect(self, &inspection), OK, "inspection");
    return inspection.values[2];
}

/* All that was spent is back, but for `tables` page tables of ours at most; the
 * last steps of an end come after its name is gone, perhaps on another hart. */
static void
frames_check(uint64_t frames, uint64_t tables)
{
    uint64_t start = ticks_now();

    while (quota_left() > frames || quota_left() + tables < frames) {
        if (ticks_now() - start > END_TICKS) {
            check(false, "frames were lost or found");
            return;
        }
        nap(NAP_TICKS_MAX);
    }
}

static void
round_play(void)
{
    handle_t ports[PORTS], crowd[CROWD_MAX], memory = HANDLE_NONE;
    uint64_t count = 1 + roll(test_parameter("crowd", CROWD_MAX));
    uint64_t turns = test_parameter("turns", 600);

    check_error(sys_memory_create(self, TALLY_PAGES, &memory), OK, "memory");
    check_error(sys_memory_map(self, memory, TALLY_PLACE, 0, TALLY_PAGES,
                               MEMORY_READ | MEMORY_WRITE),
                OK, "map");
    for (unsigned i = 0; i < PORTS; i++)
        ports[i] = port_create();
    for (uint64_t i = 0; i < count; i++)
        crowd[i] = chaos_start(ports, memory);
    for (uint64_t turn = 0; turn < turns; turn++) {
        port_poke(ports[roll(PORTS)]);
        nap(1 + roll(NAP_TICKS_MAX));
        if (roll(turns) == 0)
            (void)!sys_process_kill(crowd[roll(count)], 0);
    }
    for (unsigned i = 0; i < PORTS; i++) /* some hang up before, some after */
        if (roll(2)) {
            close(ports[i]);
            ports[i] = HANDLE_NONE;
        }
    for (uint64_t i = count; i > 0; i--)
        (void)!sys_process_kill(crowd[i - 1], 0);
    for (uint64_t i = 0; i < count; i++)
        end_check(crowd[i]);
    for (unsigned i = 0; i < PORTS; i++)
        if (ports[i] != HANDLE_NONE)
            close(ports[i]);
    close(memory);
}

/* Adds what the processes counted, and forgets the shared page. */
static void
tally_add(struct tally *sum)
{
    for (unsigned call = 0; call < TALLY_CALLS; call++)
        for (unsigned error = 0; error < TALLY_ERRORS; error++)
            sum->count[call][error] += tally->count[call][error];
    sum->calls += tally->calls;
    check_error(sys_memory_unmap(self, TALLY_PLACE, TALLY_PAGES), OK, "unmap");
}

static void
tally_print(const struct tally *sum)
{
    unsigned good = 0, back = 0;

    for (unsigned call = 0; call < TALLY_CALLS; call++)
        for (unsigned error = 0; error < TALLY_ERRORS; error++) {
            back += sum->count[call][error];
            good += error == OK ? sum->count[call][error] : 0;
        }
    printf("calls %u returned %u succeeded %u\n", (unsigned)sum->calls, back,
           good);
    for (unsigned call = 0; call < TALLY_CALLS; call++) {
        const char *separator = "";
        unsigned all = 0;

        for (unsigned error = 0; error < TALLY_ERRORS; error++)
            all += sum->count[call][error];
        if (all == 0)
            continue;
        printf("call %u:", call);
        for (unsigned error = 0; error < TALLY_ERRORS; error++)
            if (sum->count[call][error] > 0) {
                printf("%s %u %u", separator, error,
                       (unsigned)sum->count[call][error]);
                separator = ",";
            }
        printf("\n");
    }
}

/* Threads that fault at once and wait for help: their ids have to be looked at
 * in every end from now on. */
static void
ids_use(void)
{
    handle_t process = HANDLE_NONE, port = port_create(), thread;

    check_error(sys_process_create(self, 128, PROCESS_SLOTS_MIN, 0,
                                   process_name("ids"), &process),
                OK, "a process");
    check_error(sys_process_supervise(process, port), OK, "supervise");
    for (unsigned i = 0; i < IDS_USED; i++) {
        check_error(sys_thread_create(process, 0, 0, 0, 0, &thread), OK,
                    "a thread");
        close(thread);
    }
    (void)!sys_process_kill(process, 0);
    end_check(process);
    close(port);
}

int
main(void)
{
    static struct tally sum;
    uint64_t rounds = test_parameter("rounds", 4);

    /* scenario.h has more than is needed here. */
    (void)scenarios_play, (void)waiter_start, (void)waiter_check, (void)copy,
        (void)await_end, (void)frames_left;
    self = startup_handle("self");
    scenario = "fuzz";
    dice = test_parameter("seed", 1);
    ids_use();
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t frames = quota_left();
        unsigned slots = slots_left();

        is_ok = true;
        round_play();
        tally_add(&sum);
        /* Page tables stay, once. */
        frames_check(frames, i == 0 ? OWN_TABLES_MAX : 0);
        check(i == 0 || slots_left() == slots, "slots were lost or found");
        if (is_ok)
            printf("round %u ok\n", (unsigned)i);
    }
    tally_print(&sum);
    test_end();
}

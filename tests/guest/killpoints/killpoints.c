/* SPDX-License-Identifier: MIT */
/* Kills each party of a conversation at every step of it.
 *
 * One play nobody disturbs, with the trace on: it tells when something trapped
 * or left the kernel. Then the play is repeated for each of these moments, and
 * for one instruction before and one after, and for each party as the victim.
 * This program is more urgent than all parties; its deadline comes at the
 * instruction, for the machine's time is that of its instructions: it must be
 * run with -icount shift=7, which makes an instruction 1.28 ticks.
 *
 * After each play the survivors must have got one of the errors that the pages
 * promise, must be done (or, servers, be receiving), and all frames and slots
 * must be back.
 *
 *     play NAME victim 1: 210 points ok */
#include "../scenario.h"

#include "party.h"

#include <abi/boot.h>
#include <abi/trace.h>

#include <string.h>

enum {
    PARTIES = 3,
    POINTS_MAX = 2048,
    INSTRUCTION_TICKS = 2, /* not less than one takes */
    PLAY_TICKS = 3000000,  /* more than a play and its ends take */
    SLOTS_EVERY = 16,      /* plays; counting slots takes a while */
};

#define LOGS UINT64_C(0x2000000000)
#define RING UINT64_C(0x2100000000)

#define BIT(error) (UINT32_C(1) << (error))

/* A party: what it may see when another one is killed. */
struct part {
    const char *role;
    bool is_server;           /* receives for ever */
    uint32_t errors[PARTIES]; /* by victim; its own entry is not used */
};

/* A play; its first party has the port, the others send to it. */
static const struct play {
    const char *name;
    bool is_paged; /* the second one faults, and the first is its pager */
    unsigned count;
    struct part parts[PARTIES];
} plays[] = {
    {"talk",
     false,
     3,
     {{"server", true, {0, BIT(OK) | BIT(ERR_TOKEN), BIT(OK) | BIT(ERR_TOKEN)}},
      {"client",
       false,
       {BIT(OK) | BIT(ERR_DEAD) | BIT(ERR_HANDLE), 0, BIT(OK)}},
      {"second", false, {BIT(OK) | BIT(ERR_DEAD), BIT(OK), 0}}}},
    {"fault",
     true,
     2,
     {{"pager",
       true,
       {0, BIT(OK) | BIT(ERR_TOKEN) | BIT(ERR_HANDLE) | BIT(ERR_DEAD)}},
      {"faulter", false, {BIT(OK), 0}}}},
};

static handle_t processes[PARTIES], logs[PARTIES];
static uint64_t points[POINTS_MAX];
static unsigned point_count;

static uint64_t
ticks_now(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

static void
nap_until(uint64_t ticks)
{
    struct message m;

    check_error(sys_thread_deadline(ticks, 1), OK, "a deadline");
    check_error(sys_endpoint_recv(HANDLE_NONE, 0, &m), OK, "a nap");
}

static const struct party_log *
party_log(unsigned n)
{
    return (const struct party_log *)(LOGS + n * (uint64_t)PAGE_BYTES);
}

static void
party_start(const struct play *play, unsigned n, handle_t port, handle_t page)
{
    const char *const arguments[] = {play->parts[n].role, NULL};
    handle_t gift = port_create();
    const struct spawn_grant grants[] = {
        {"log", logs[n], RIGHTS_ALL, 0},
        {"port", port, n ? RIGHT_DERIVE | ENDPOINT_SEND : RIGHTS_ALL, 0},
        {"gift", gift, RIGHTS_ALL, 0},
        {"page", page, RIGHTS_ALL, 0},
        {"faulter", processes[1], RIGHTS_ALL, 0},
    };
    struct spawned spawned = {0};
    struct spawn_request request = {
        .name = play->parts[n].role,
        .arguments = arguments,
        .grants = grants,
        .grant_count = play->is_paged && n == 0 ? 5 : 4,
        .priority = 1,
        .frames = 64,
        .slots = 16,
    };

    request.image = boot_file("party", &request.image_bytes);
    check_error(spawn_process(&request, &spawned), OK, "spawn");
    processes[n] = spawned.process;
    close(gift);
}

/* All are there, and none has run. The last begins first, so that senders
 * queue too. */
static void
stage_set(const struct play *play)
{
    handle_t port = port_create(), page = HANDLE_NONE;

    check_error(sys_memory_create(self, 1, &page), OK, "a page");
    for (unsigned n = play->count; n-- > 0;) {
        check_error(sys_memory_create(self, 1, &logs[n]), OK, "a log");
        check_error(sys_memory_map(self, logs[n],
                                   LOGS + n * (uint64_t)PAGE_BYTES, 0, 1,
                                   MEMORY_READ),
                    OK, "map");
        party_start(play, n, port, page);
        if (play->is_paged && n == 1)
            check_error(sys_process_supervise(processes[n], port), OK,
                        "supervise");
    }
    close(port);
    close(page);
}

static void
stage_clear(const struct play *play)
{
    for (unsigned n = 0; n < play->count; n++) {
        (void)!sys_process_kill(processes[n], 0);
        await_end(processes[n]);
        check_error(sys_memory_unmap(self, LOGS + n * (uint64_t)PAGE_BYTES, 1),
                    OK, "unmap");
        close(logs[n]);
    }
}

/* What the survivors saw of the end of `victim`. */
static void
survivors_check(const struct play *play, unsigned victim)
{
    for (unsigned n = 0; n < play->count; n++) {
        const struct part *part = &play->parts[n];
        const struct party_log *seen = party_log(n);
        struct inspection inspection;

        if (n == victim)
            continue;
        check(!play->is_paged || n != 0 || seen->heard > 0,
              "nobody heard of the end");
        check(!(seen->errors & ~part->errors[victim]), "an error is wrong");
        if (seen->at == (part->is_server ? PARTY_RECEIVING : PARTY_FINISHED))
            continue;
        /* A fault that nobody answers is the end of who faulted. */
        check(play->is_paged && victim == 0 &&
                  sys_process_inspect(processes[n], &inspection) == ERR_HANDLE,
              "a survivor hangs");
    }
}

static uint64_t
quota_left(void)
{
    struct inspection inspection = {{0}};

    check_error(sys_process_inspect(self, &inspection), OK, "inspection");
    return inspection.values[2];
}

/* Plays, and kills `victim` so many ticks after the beginning. */
static void
play_once(const struct play *play, unsigned victim, uint64_t point)
{
    uint64_t start;
    err_t error;

    stage_set(play);
    start = ticks_now();
    nap_until(start + point);
    error = sys_process_kill(processes[victim], 0);
    check(error == OK || error == ERR_HANDLE, "killed, or over already");
    nap_until(start + PLAY_TICKS);
    survivors_check(play, victim);
    stage_clear(play);
}

/* Nobody was killed: all went well, or the points would be worth nothing. */
static void
undisturbed_check(const struct play *play)
{
    for (unsigned n = 0; n < play->count; n++) {
        const struct party_log *seen = party_log(n);

        check(seen->errors == BIT(OK), "an error, and nobody was killed");
        check(seen->at ==
                  (play->parts[n].is_server ? PARTY_RECEIVING : PARTY_FINISHED),
              "a party hangs, and nobody was killed");
    }
}

static void
point_add(uint64_t point)
{
    for (unsigned i = 0; i < point_count; i++)
        if (points[i] == point)
            return;
    if (point_count < POINTS_MAX)
        points[point_count++] = point;
}

/* Plays undisturbed, and takes the points from the trace. */
static void
points_find(const struct play *play)
{
    const struct trace_ring *ring = (const struct trace_ring *)RING;
    uint64_t first, start, last;

    stage_set(play);
    first = ring->count;
    start = ticks_now();
    nap_until(start + PLAY_TICKS);
    last = ring->count;
    undisturbed_check(play);
    check(last - first < TRACE_RECORDS, "the ring is too short");
    point_count = 0;
    for (uint64_t i = first + 2; i < last; i++) { /* our own two traps before */
        const struct trace_record *r = &ring->records[i % TRACE_RECORDS];
        uint64_t point = r->time - start;

        if (point > PLAY_TICKS - 2 * INSTRUCTION_TICKS)
            break;
        point_add(point - INSTRUCTION_TICKS);
        point_add(point);
        point_add(point + INSTRUCTION_TICKS);
    }
    stage_clear(play);
}

static void
play_all(const struct play *play)
{
    for (unsigned victim = 0; victim < play->count; victim++) {
        uint64_t frames;
        unsigned slots;

        is_ok = true;
        points_find(play);
        frames = quota_left();
        slots = slots_left();
        for (unsigned i = 0; i < point_count && is_ok; i++) {
            play_once(play, victim, points[i]);
            check(quota_left() == frames, "frames were lost or found");
            if (i % SLOTS_EVERY == 0)
                check(slots_left() == slots, "slots were lost or found");
            if (!is_ok)
                printf("at point %u of %u: %u ticks\n", i, point_count,
                       (unsigned)points[i]);
        }
        if (is_ok)
            printf("play %s victim %u: %u points ok\n", play->name, victim,
                   point_count);
    }
}

int
main(void)
{
    (void)scenarios_play, (void)waiter_start, (void)waiter_check;
    (void)frames_left, (void)copy; /* scenario.h has more than is needed */
    self = startup_handle("self");
    scenario = "killpoints";
    is_ok = true;
    check_error(sys_memory_map(self, BOOT_TRACE, RING, 0,
                               sizeof(struct trace_ring) / PAGE_BYTES,
                               MEMORY_READ),
                OK, "the trace");
    check_error(sys_machine_trace(BOOT_MACHINE, 1), OK, "trace on");
    for (unsigned i = 0; i < sizeof(plays) / sizeof(plays[0]); i++)
        play_all(&plays[i]);
    test_end();
}

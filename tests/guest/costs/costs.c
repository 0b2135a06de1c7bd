/* SPDX-License-Identifier: MIT */
/* Counts the instructions of what is not a message between two programs:
 * signals, faults, an interrupt, a mapping, the start and the end of a
 * process. Messages are counted by tests/guest/bench.
 *
 * This program runs at priority 32. Its partner is another process, and the
 * thread in it that is measured runs at 33. Parameter: rounds=1000. */
#include "../measure.h"
#include "roles.h"

#include <lib/devicetree.h>

#include <endian.h>
#include <string.h>

enum {
    FAULT_BADGE = 5,
    GRANTS = 4,

    /* One page table's worth with the warm-up, for each page is mapped once:
     * tables are made while it warms up. */
    WARM_UP_PAGES = 64,
    MAP_ROUNDS = 512 - WARM_UP_PAGES,

    PROCESS_WARM_UP = 4,
    PROCESS_ROUNDS = 32,
};

/* Nothing else is in these 2 MiB. */
#define PLACE_PAGES UINT64_C(0x2000000000)
#define PLACE_SHARED UINT64_C(0x2100000000)
#define PLACE_NOTHING UINT64_C(0x2200000000)

static handle_t self;
static uint64_t rounds;

/* A partner in a role. */
struct partner {
    handle_t process;
    handle_t send;   /* for questions */
    handle_t thread; /* it signals the role's thread */
};

static uint64_t
partner_ask(const struct partner *p, const char *name, uint64_t question,
            handle_t *handle)
{
    struct message m = {.header = question};

    measure_check(name, sys_endpoint_call(p->send, &m) == OK,
                  "the partner is dead");
    if (handle)
        *handle = m.words[4];
    return m.words[0];
}

/* Starts it with `grants`, the last of which is filled in here, and waits until
 * its thread waits. */
static struct partner
partner_start(const char *role, struct spawn_grant grants[], unsigned count)
{
    const char *const arguments[] = {role, NULL};
    struct partner p = {0};
    handle_t service = measure_endpoint(role, &p.send);

    grants[count] = (struct spawn_grant){"service", service, ENDPOINT_RECV, 0};
    p.process = measure_start(&(struct spawn_request){
        .name = "partner",
        .arguments = arguments,
        .grants = grants,
        .grant_count = count + 1,
        .priority = URGENT,
    });
    measure_check(role, sys_handle_close(service) == OK, "close");
    partner_ask(&p, role, ROLES_THREAD, &p.thread);
    return p;
}

static void
partner_end(const struct partner *p, const char *name)
{
    measure_check(name,
                  sys_handle_close(p->thread) == OK &&
                      sys_process_kill(p->process, 0) == OK &&
                      sys_handle_close(p->send) == OK,
                  "the partner cannot be ended");
}

/* ---------------------------------------------------------------- signals */

static uint64_t
signal_rounds(handle_t thread, uint64_t left)
{
    uint64_t start, end;

    __asm__ volatile(
        "rdinstret %[start]\n"
        "1:\n"
        "mv a0, %[thread]\n"
        "li a7, %[number]\n"
        "ecall\n"
        "addi %[left], %[left], -1\n"
        "bnez %[left], 1b\n"
        "rdinstret %[end]\n"
        : [start] "=&r"(start), [end] "=&r"(end), [left] "+&r"(left)
        : [thread] "r"(thread), [number] "i"(SYS_THREAD_SIGNAL)
        : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "memory");
    return end - start;
}

/* There and back to a more urgent thread, which waits as `role` says. */
static void
measure_signal(const char *name, const char *role)
{
    handle_t send, faults = measure_endpoint(name, &send);
    struct spawn_grant grants[GRANTS] = {{"faults", faults, ENDPOINT_RECV, 0}};
    struct partner p = partner_start(role, grants, 1);
    uint64_t instructions;

    signal_rounds(p.thread, ROUNDS_WARM_UP);
    instructions = signal_rounds(p.thread, rounds);
    measure_check(name,
                  partner_ask(&p, name, ROLES_TALLY, NULL) ==
                      ROLES_BITS * (ROUNDS_WARM_UP + rounds),
                  "signals were lost");
    partner_end(&p, name);
    measure_print(name, instructions, rounds);
}

/* ----------------------------------------------------------------- faults */

/* Reads from pages that are `stride` apart, and adds up what it finds. */
static uint64_t
load_rounds(uint64_t address, uint64_t stride, uint64_t left, uint64_t *sum)
{
    uint64_t start, end, total = *sum;

    __asm__ volatile(
        ".option push\n"
        ".option norvc\n"
        "rdinstret %[start]\n"
        "1:\n"
        "li t3, 0\n"
        "ld t3, (%[address])\n"
        "add %[total], %[total], t3\n"
        "add %[address], %[address], %[stride]\n"
        "addi %[left], %[left], -1\n"
        "bnez %[left], 1b\n"
        "rdinstret %[end]\n"
        ".option pop\n"
        : [start] "=&r"(start), [end] "=&r"(end), [left] "+&r"(left),
          [address] "+&r"(address), [total] "+&r"(total)
        : [stride] "r"(stride)
        : "t3", "memory");
    *sum = total;
    return end - start;
}

/* The sum of the addresses that load_rounds reads. */
static uint64_t
addresses_sum(uint64_t address, uint64_t stride, uint64_t count)
{
    return address * count + stride * (count * (count - 1) / 2);
}

/* From now on the partner gets the faults of this process. */
static struct partner
pager_start(const char *name, const char *role, handle_t memory)
{
    handle_t send, faults = measure_endpoint(name, &send);
    struct spawn_grant grants[GRANTS] = {
        {"faults", faults, ENDPOINT_RECV, 0},
        {"client", self, PROCESS_MAP, 0},
        {"memory", memory, RIGHT_DERIVE | MEMORY_READ, 0},
    };
    struct partner p = partner_start(role, grants, 3);

    measure_check(name, sys_process_supervise(self, send) == OK, "supervise");
    return p;
}

static void
measure_fault(const char *name, handle_t memory)
{
    struct partner p = pager_start(name, "skip", memory);
    uint64_t count = ROUNDS_WARM_UP + rounds;
    uint64_t sum = 0, instructions;

    load_rounds(PLACE_NOTHING, 0, ROUNDS_WARM_UP, &sum);
    instructions = load_rounds(PLACE_NOTHING, 0, rounds, &sum);
    measure_check(name,
                  sum == 0 && partner_ask(&p, name, ROLES_TALLY, NULL) ==
                                  addresses_sum(PLACE_NOTHING, 0, count),
                  "faults were lost");
    partner_end(&p, name);
    measure_print(name, instructions, rounds);
}

static void
measure_fault_map(const char *name, handle_t memory, uint64_t content)
{
    struct partner p = pager_start(name, "map", memory);
    uint64_t count = WARM_UP_PAGES + MAP_ROUNDS;
    uint64_t sum = 0, instructions;

    load_rounds(PLACE_PAGES, PAGE_BYTES, WARM_UP_PAGES, &sum);
    instructions = load_rounds(PLACE_PAGES + WARM_UP_PAGES * PAGE_BYTES,
                               PAGE_BYTES, MAP_ROUNDS, &sum);
    measure_check(name,
                  sum == count * content &&
                      partner_ask(&p, name, ROLES_TALLY, NULL) ==
                          addresses_sum(PLACE_PAGES, PAGE_BYTES, count),
                  "faults were lost, or pages are not what was mapped");
    partner_end(&p, name);
    measure_print(name, instructions, MAP_ROUNDS);
}

/* --------------------------------------------------------------- mappings */

static uint64_t
map_rounds(handle_t memory, uint64_t address, uint64_t left, uint64_t *errors)
{
    uint64_t start, end, failed = *errors;

    __asm__ volatile(
        "rdinstret %[start]\n"
        "1:\n"
        "mv a0, %[self]\n"
        "mv a1, %[memory]\n"
        "mv a2, %[address]\n"
        "li a3, 0\n"
        "li a4, 1\n"
        "li a5, %[rights]\n"
        "li a7, %[number]\n"
        "ecall\n"
        "or %[failed], %[failed], a0\n"
        "add %[address], %[address], %[stride]\n"
        "addi %[left], %[left], -1\n"
        "bnez %[left], 1b\n"
        "rdinstret %[end]\n"
        : [start] "=&r"(start), [end] "=&r"(end), [left] "+&r"(left),
          [address] "+&r"(address), [failed] "+&r"(failed)
        : [self] "r"(self), [memory] "r"(memory),
          [stride] "r"((uint64_t)PAGE_BYTES), [rights] "i"(MEMORY_READ),
          [number] "i"(SYS_MEMORY_MAP)
        : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "memory");
    *errors = failed;
    return end - start;
}

static void
measure_map(const char *name, handle_t memory, uint64_t content)
{
    uint64_t errors = 0, sum = 0, instructions;

    map_rounds(memory, PLACE_PAGES, WARM_UP_PAGES, &errors);
    instructions = map_rounds(memory, PLACE_PAGES + WARM_UP_PAGES * PAGE_BYTES,
                              MAP_ROUNDS, &errors);
    measure_check(name, errors == 0, "an error");
    load_rounds(PLACE_PAGES, PAGE_BYTES, WARM_UP_PAGES + MAP_ROUNDS, &sum);
    measure_check(name, sum == (WARM_UP_PAGES + MAP_ROUNDS) * content,
                  "a page is not what was mapped");
    measure_print(name, instructions, MAP_ROUNDS);
}

/* -------------------------------------------------------------- processes */

/* An idle program is started and ended. Started: until spawn_process comes
 * back, which is before the program runs. Ended: from the call that kills it,
 * at a time when it waits to receive, until the notice of its end has come, and
 * so all that it had is free again. */
static void
measure_process(const char *start_name, const char *end_name)
{
    static const char *const arguments[] = {"idle", NULL};
    handle_t send, service = measure_endpoint(start_name, &send);
    handle_t hear = measure_endpoint(start_name, &(handle_t){0});
    struct spawn_grant grant = {"service", service, ENDPOINT_RECV, 0};
    struct spawn_request request = {.name = "partner",
                                    .arguments = arguments,
                                    .grants = &grant,
                                    .grant_count = 1,
                                    .priority = PRIORITY};
    uint64_t started = 0, ended = 0;

    for (unsigned i = 0; i < PROCESS_WARM_UP + PROCESS_ROUNDS; i++) {
        bool counts = i >= PROCESS_WARM_UP;
        struct message m = {.header = ROLES_TALLY};
        uint64_t start = measure_now();
        handle_t process = measure_start(&request);

        started += counts ? measure_now() - start : 0;
        measure_check(start_name,
                      sys_process_supervise(process, hear) == OK &&
                          sys_endpoint_call(send, &m) == OK,
                      "it does not run");
        start = measure_now();
        err_t killed = sys_process_kill(process, 0);
        err_t heard = sys_endpoint_recv(hear, 0, &m);
        ended += counts ? measure_now() - start : 0;
        measure_check(end_name,
                      killed == OK && heard == OK &&
                          message_flags(&m) == MESSAGE_ENDED &&
                          m.words[0] == ENDED_KILLED,
                      "its end was not told");
    }
    /* Each round counted one reading of its own. */
    measure_print(start_name, started - PROCESS_ROUNDS + 1, PROCESS_ROUNDS);
    measure_print(end_name, ended - PROCESS_ROUNDS + 1, PROCESS_ROUNDS);
}

/* ------------------------------------------------------------- interrupts */

/* The number in cell `cell` of a property of the real-time clock. */
static uint64_t
clock_cell(const char *property, unsigned cell)
{
    size_t bytes;
    uint32_t value;
    const char *cells =
        devicetree_property(boot_information.tree, boot_information.tree_bytes,
                            "/soc/rtc", property, &bytes);

    measure_check("irq_to_user", cells && bytes >= 4 * (cell + 1),
                  "no real-time clock in the device tree");
    memcpy(&value, cells + (size_t)4 * cell, sizeof(value));
    return be32toh(value);
}

/* Stores the count of instructions until the driver has seen enough. */
static void
shared_spin(struct roles_shared *shared)
{
    __asm__ volatile("1:\n"
                     "rdinstret t0\n"
                     "sd t0, (%[now])\n"
                     "ld t1, (%[is_done])\n"
                     "beqz t1, 1b\n"
                     :
                     : [now] "r"(&shared->now), [is_done] "r"(&shared->is_done)
                     : "t0", "t1", "memory");
}

enum { SPIN_INSTRUCTIONS = 4, SPIN_STORED = 2 };

/* An interrupt comes after any instruction of the loop above. The count was
 * stored by the second, so the shortest distance is that of an interrupt right
 * behind it, less the first two; others are longer by the part of the loop that
 * they left done, and by no more. */
static void
samples_print(const char *name, const struct roles_shared *shared)
{
    uint64_t least = UINT64_MAX, most = 0;

    for (unsigned i = 0; i < ROLES_SAMPLES; i++) {
        uint64_t sample = shared->samples[i];
        least = sample < least ? sample : least;
        most = sample > most ? sample : most;
    }
    measure_check(name, most - least == SPIN_INSTRUCTIONS - 1,
                  "the samples differ by more, or less, than the loop");
    measure_print(name, least - SPIN_STORED + 1, 1);
}

static void
measure_irq(const char *name)
{
    handle_t device, irq, memory;
    struct roles_shared *shared = (struct roles_shared *)PLACE_SHARED;
    rights_t rights = MEMORY_READ | MEMORY_WRITE;

    measure_check(name,
                  sys_memory_cut(self, startup_handle("devices"),
                                 clock_cell("reg", 1) / PAGE_BYTES, 1,
                                 &device) == OK &&
                      sys_irq_create(self, startup_handle("irqs"),
                                     clock_cell("interrupts", 0), &irq) == OK,
                  "no device, or no interrupt line");
    measure_check(
        name,
        sys_memory_create(self, 1, &memory) == OK &&
            sys_memory_map(self, memory, PLACE_SHARED, 0, 1, rights) == OK,
        "no memory");

    struct spawn_grant grants[GRANTS] = {
        {"device", device, RIGHT_DERIVE | rights, 0},
        {"irq", irq, IRQ_BIND, 0},
        {"shared", memory, RIGHT_DERIVE | rights, 0},
    };
    struct partner p = partner_start("driver", grants, 3);

    measure_check(name,
                  sys_irq_bind(irq, p.thread) == OK &&
                      sys_thread_signal(p.thread) == OK,
                  "the line cannot be bound");
    shared_spin(shared);
    samples_print(name, shared);
    partner_end(&p, name);
}

int
main(void)
{
    uint64_t *page = (uint64_t *)PLACE_SHARED;
    handle_t memory;

    self = startup_handle("self");
    rounds = test_parameter("rounds", 1000);
    measure_signal("signal_roundtrip", "signals");
    measure_signal("signal_roundtrip_recv", "endpoint");

    measure_check("memory",
                  sys_memory_create(self, 1, &memory) == OK &&
                      sys_memory_map(self, memory, PLACE_SHARED, 0, 1,
                                     MEMORY_READ | MEMORY_WRITE) == OK,
                  "no memory");
    *page = ROLES_BITS;
    measure_check("memory", sys_memory_unmap(self, PLACE_SHARED, 1) == OK,
                  "unmap");
    measure_fault("fault_roundtrip", memory);
    measure_fault_map("fault_roundtrip_map", memory, ROLES_BITS);
    measure_check("map_page", sys_handle_revoke(memory) == OK, "revoke");
    measure_map("map_page", memory, ROLES_BITS);
    measure_process("spawn_process", "kill_process");
    measure_irq("irq_to_user");
    test_end();
}

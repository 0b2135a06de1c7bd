/* SPDX-License-Identifier: MIT */
/* The other side of each measurement of costs.c; roles.h says how it works.
 *
 * Grants: "service", to answer questions; by role also "faults" (an endpoint
 * to receive from), "client" (the process whose faults they are), "memory" (to
 * be mapped there), "device", "irq", "shared". */
#include "roles.h"

#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/thread.h>

#include <stdbool.h>
#include <string.h>

enum { STACK_BYTES = 4096, URGENT = 33 };

static volatile uint64_t tally;

/* Receives signals through `endpoint`; HANDLE_NONE: signals only. Adds up the
 * bits. */
static void
wait_loop(handle_t endpoint)
{
    __asm__ volatile("1:\n"
                     "mv a0, %[endpoint]\n"
                     "li a1, 0\n"
                     "li t0, 0\n"
                     "li a7, %[number]\n"
                     "ecall\n"
                     "bnez a0, 2f\n"
                     "ld t3, (%[tally])\n"
                     "add t3, t3, a2\n"
                     "sd t3, (%[tally])\n"
                     "j 1b\n"
                     "2:\n"
                     :
                     : [endpoint] "r"(endpoint), [tally] "r"(&tally),
                       [number] "i"(SYS_ENDPOINT_REPLY_RECV)
                     : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0",
                       "t1", "t2", "t3", "memory");
}

static void
role_signals(void *unused)
{
    (void)unused;
    wait_loop(HANDLE_NONE);
}

static void
role_endpoint(void *unused)
{
    (void)unused;
    wait_loop(startup_handle("faults"));
}

/* Answers each fault with the address behind the instruction, which has four
 * bytes. Adds up the addresses that could not be read. */
static void
role_skip(void *unused)
{
    (void)unused;
    __asm__ volatile(
        "mv a0, %[faults]\n"
        "li a1, 0\n"
        "li t0, 0\n"
        "1:\n"
        "li a7, %[number]\n"
        "ecall\n"
        "bnez a0, 2f\n"
        "ld t3, (%[tally])\n"
        "add t3, t3, a3\n"
        "sd t3, (%[tally])\n"
        "mv a0, %[faults]\n"
        "li a1, %[answer]\n"
        "addi a2, a4, 4\n"
        "j 1b\n"
        "2:\n"
        :
        : [faults] "r"(startup_handle("faults")), [tally] "r"(&tally),
          [answer] "i"(FAULT_RESUME_AT), [number] "i"(SYS_ENDPOINT_REPLY_RECV)
        : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2",
          "t3", "memory");
}

/* Answers each fault by mapping a page there. The token stays in t0. */
static void
role_map(void *unused)
{
    (void)unused;
    __asm__ volatile(
        "mv a0, %[faults]\n"
        "li a1, 0\n"
        "li t0, 0\n"
        "1:\n"
        "li a7, %[number]\n"
        "ecall\n"
        "bnez a0, 2f\n"
        "ld t3, (%[tally])\n"
        "add t3, t3, a3\n"
        "sd t3, (%[tally])\n"
        "mv a0, %[client]\n"
        "mv a1, %[memory]\n"
        "mv a2, a3\n"
        "li a3, 0\n"
        "li a4, 1\n"
        "li a5, %[rights]\n"
        "li a7, %[map]\n"
        "ecall\n"
        "bnez a0, 2f\n"
        "mv a0, %[faults]\n"
        "li a1, %[answer]\n"
        "j 1b\n"
        "2:\n"
        :
        : [faults] "r"(startup_handle("faults")), [tally] "r"(&tally),
          [client] "r"(startup_handle("client")),
          [memory] "r"(startup_handle("memory")), [answer] "i"(FAULT_RESUME),
          [rights] "i"(MEMORY_READ), [map] "i"(SYS_MEMORY_MAP),
          [number] "i"(SYS_ENDPOINT_REPLY_RECV)
        : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2",
          "t3", "memory");
}

/* Waits for a signal; the first thing that happens then is that the counter is
 * read. */
static uint64_t
signal_await(void)
{
    uint64_t now;

    __asm__ volatile("li a0, 0\n"
                     "li a1, 0\n"
                     "li t0, 0\n"
                     "li a7, %[number]\n"
                     "ecall\n"
                     "rdinstret %[now]\n"
                     : [now] "=r"(now)
                     : [number] "i"(SYS_ENDPOINT_REPLY_RECV)
                     : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0",
                       "t1", "t2", "memory");
    return now;
}

/* The goldfish real-time clock: nanoseconds, and an alarm. Reading the low half
 * latches the high one; writing the low half arms. */
enum {
    RTC_TIME_LOW = 0x00 / 4,
    RTC_TIME_HIGH = 0x04 / 4,
    RTC_ALARM_LOW = 0x08 / 4,
    RTC_ALARM_HIGH = 0x0c / 4,
    RTC_IRQ_ENABLED = 0x10 / 4,
    RTC_CLEAR_INTERRUPT = 0x1c / 4,

    ALARM_NS = 20000,
};

/* Sets the alarm some time ahead, a little more each time, so that it meets the
 * spinner at all its instructions. */
static void
role_driver(void *unused)
{
    volatile uint32_t *rtc = (volatile uint32_t *)ROLES_DEVICE;
    volatile struct roles_shared *shared = (struct roles_shared *)ROLES_SHARED;
    handle_t irq = startup_handle("irq");

    (void)unused;
    (void)signal_await(); /* the first one says that the line is bound */
    rtc[RTC_IRQ_ENABLED] = 1;
    for (unsigned i = 0; i < ROLES_SAMPLES; i++) {
        uint64_t alarm = rtc[RTC_TIME_LOW];

        alarm |= (uint64_t)rtc[RTC_TIME_HIGH] << 32;
        alarm += ALARM_NS + i;
        rtc[RTC_ALARM_HIGH] = (uint32_t)(alarm >> 32);
        rtc[RTC_ALARM_LOW] = (uint32_t)alarm;
        shared->samples[i] = signal_await() - shared->now;
        rtc[RTC_CLEAR_INTERRUPT] = 1;
        if (sys_irq_ack(irq) != OK)
            return;
        tally++;
    }
    shared->is_done = 1;
    (void)signal_await(); /* to be asked how it went */
}

static const struct {
    const char *name;
    void (*run)(void *unused);
} roles[] = {
    {"signals", role_signals}, {"endpoint", role_endpoint}, {"skip", role_skip},
    {"map", role_map},         {"driver", role_driver},
};

/* Starts the thread that plays the role, and makes the handle to it. */
MUST_CHECK static err_t
role_start(const char *name, handle_t *badged)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    handle_t self = startup_handle("self"), thread;
    rights_t rights = RIGHT_MOVE | RIGHT_DERIVE | THREAD_SIGNAL;
    err_t error = ERR_ARGUMENT;

    for (unsigned i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(name, roles[i].name) == 0)
            error = thread_start(roles[i].run, NULL, stack, sizeof(stack),
                                 URGENT, &thread);
    if (error != OK)
        return error;
    return sys_handle_mint(thread, self, rights, ROLES_BITS, badged);
}

/* What the driver reads and writes. */
MUST_CHECK static err_t
places_map(void)
{
    handle_t self = startup_handle("self");
    rights_t rights = MEMORY_READ | MEMORY_WRITE;
    err_t error = sys_memory_map(self, startup_handle("device"), ROLES_DEVICE,
                                 0, 1, rights);

    if (error != OK)
        return error;
    return sys_memory_map(self, startup_handle("shared"), ROLES_SHARED, 0, 1,
                          rights);
}

/* Answers questions until something fails. */
static void
questions_answer(handle_t service, handle_t badged)
{
    struct message m;
    err_t error = sys_endpoint_recv(service, 0, &m);

    while (error == OK) {
        bool is_thread = message_label(&m) == ROLES_THREAD;

        m.header = is_thread ? ROLES_THREAD | MESSAGE_HANDLE : ROLES_TALLY;
        m.words[0] = tally;
        m.words[4] = badged;
        error = sys_endpoint_reply_recv(service, &m);
    }
}

int
main(int argc, char **argv)
{
    const char *role = argc > 1 ? argv[1] : "";
    handle_t badged = HANDLE_NONE;

    if (startup_handle("device") != HANDLE_NONE && places_map() != OK)
        return 1;
    if (strcmp(role, "idle") != 0 && role_start(role, &badged) != OK)
        return 1;
    questions_answer(startup_handle("service"), badged);
    return 1;
}

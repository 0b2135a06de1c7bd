/* SPDX-License-Identifier: MIT */
/* Programs that fault, and go on if somebody helps. The first argument is the
 * role. Those that load exit with what they found.
 *
 * Grants: "port", where "hold" receives; "self". */
#include "party.h"

#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/thread.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { REGISTERS = 32, KEPT = 32 };

static int
load(uint64_t address)
{
    return *(volatile int *)address;
}

static void
role_load(void)
{
    exit(load(HOLE));
}

static void
role_load_twice(void)
{
    int first = load(HOLE);

    exit(first + load(NEXT_HOLE));
}

static void
role_store(void)
{
    *(volatile int *)HOLE = 33;
    exit(load(HOLE));
}

/* Calls a function that has to be brought first. */
static void
role_fetch(void)
{
    ((void (*)(void))HOLE)();
    exit(44);
}

static void
role_breakpoint(void)
{
    __asm__ volatile(".option push\n .option norvc\n ebreak\n .option pop");
    exit(55);
}

/* A load of four bytes that may be skipped; then a0 is what it was. */
static void
role_skip(void)
{
    register uint64_t a0 __asm__("a0") = HOLE;

    __asm__ volatile(".option push\n .option norvc\n lw a0, 0(a0)\n"
                     " .option pop"
                     : "+r"(a0));
    exit(a0 == HOLE ? 66 : 1);
}

/* Gives every register a value, stores x31 at `address`, and writes down all
 * registers to `frame`. Above them it keeps what the compiler counts on. */
void touch(uint64_t address, uint64_t *frame);

__asm__(".text\n"
        ".globl touch\n"
        ".type touch, @function\n"
        "touch:\n"
        ".irp n, 1,2,3,4,8,9,18,19,20,21,22,23,24,25,26,27\n"
        "    sd x\\n, (32 + \\n) * 8(a1)\n"
        ".endr\n"
        "    mv x31, a1\n"
        "    mv x30, a0\n"
        ".irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,"
        "24,25,26,27,28,29\n"
        "    li x\\n, 0x123456789 * \\n\n"
        ".endr\n"
        "    sd x31, 0(x30)\n"
        ".irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,"
        "24,25,26,27,28,29,30,31\n"
        "    sd x\\n, \\n * 8(x31)\n"
        ".endr\n"
        ".irp n, 1,2,3,4,8,9,18,19,20,21,22,23,24,25,26,27\n"
        "    ld x\\n, (32 + \\n) * 8(x31)\n"
        ".endr\n"
        "    ret\n"
        ".size touch, . - touch\n");

/* Exits with the number of registers that a fault changed. */
static void
role_registers(void)
{
    static uint64_t frame[REGISTERS + KEPT];
    int changed = 0;

    touch(HOLE, frame);
    for (unsigned n = 1; n <= 29; n++)
        changed += frame[n] != UINT64_C(0x123456789) * n;
    changed += frame[30] != HOLE;
    changed += frame[31] != (uint64_t)frame;
    changed += *(volatile uint64_t *)HOLE != (uint64_t)frame;
    exit(changed);
}

static handle_t finished;

static void
other_run(void *argument)
{
    const struct message m = {.words = {(uint64_t)load(NEXT_HOLE)}};

    (void)argument;
    (void)!sys_endpoint_send(finished, &m);
}

/* Two threads fault, this one first. */
static void
role_pair(void)
{
    static char stack[2048] __attribute__((aligned(16)));
    handle_t thread;
    struct message m;
    int found;

    if (sys_endpoint_create(startup_handle("self"), &finished) != OK ||
        thread_start(other_run, NULL, stack, sizeof(stack), PAIR_PRIORITY,
                     &thread) != OK)
        exit(1);
    found = load(HOLE);
    if (sys_endpoint_recv(finished, 0, &m) != OK)
        exit(2);
    sys_thread_yield(); /* the last thread's code counts */
    exit(10 * found + (int)m.words[0]);
}

/* Is told when to fault. */
static void
role_late(void)
{
    struct message m;

    if (sys_endpoint_recv(startup_handle("port"), 0, &m) != OK ||
        sys_thread_deadline(m.words[0], 1) != OK ||
        sys_endpoint_reply(&m) != OK ||
        sys_endpoint_recv(HANDLE_NONE, 0, &m) != OK)
        exit(1);
    exit(load(HOLE));
}

/* Receives and never answers. */
static void
role_hold(void)
{
    handle_t port = startup_handle("port");
    struct message m;

    while (sys_endpoint_recv(port, 0, &m) == OK)
        ;
}

/* Receives once and ends. */
static void
role_hold_and_exit(void)
{
    struct message m;

    (void)!sys_endpoint_recv(startup_handle("port"), 0, &m);
}

static void
role_send(void)
{
    const struct message m = {.header = 2};

    exit(sys_endpoint_send(startup_handle("port"), &m));
}

/* Tries to use its own fault handle under `name`; whether one call did not
 * say that there is no such handle. */
static bool
name_is_known(handle_t name)
{
    handle_t me = startup_handle("self"), port = startup_handle("port"), made;
    struct message m = {.header = 1};
    struct message carrying = {.header = MESSAGE_HANDLE | MESSAGE_NOWAIT,
                               .words = {0, 0, 0, 0, name}};
    struct inspection seen;
    uint64_t address;
    const err_t errors[] = {
        sys_endpoint_send(name, &m),
        sys_endpoint_call(name, &m),
        name ? sys_endpoint_recv(name, MESSAGE_NOWAIT, &m) : ERR_HANDLE,
        sys_endpoint_send(port, &carrying),
        sys_endpoint_call(port, &carrying),
        sys_endpoint_create(name, &made),
        sys_thread_create(name, 0, 0, 0, 0, &made),
        sys_thread_signal(name),
        sys_process_create(name, 8, 16, 0, process_name("x"), &made),
        sys_process_kill(name, 0),
        sys_process_supervise(me, name),
        sys_process_supervise(name, port),
        sys_process_inspect(name, &seen),
        sys_memory_create(name, 1, &made),
        sys_memory_map(me, name, HOLE, 0, 1, MEMORY_READ),
        sys_memory_map(name, name, HOLE, 0, 1, MEMORY_READ),
        sys_memory_unmap(name, HOLE, 1),
        sys_memory_cut(me, name, 0, 1, &made),
        sys_memory_address(name, &address),
        sys_handle_copy(name, me, RIGHTS_ALL, &made),
        sys_handle_copy(name, me, 0, &made),
        sys_handle_copy(me, name, 0, &made),
        sys_handle_mint(name, me, RIGHTS_ALL, 5, &made),
        sys_handle_close(name),
        sys_handle_revoke(name),
        sys_irq_create(me, name, 1, &made),
        sys_irq_bind(name, me),
        sys_irq_ack(name),
        sys_machine_log(name, 0, m.words),
        sys_machine_power_off(name, 9),
        sys_machine_inspect(name, 0, 0, &seen),
        sys_machine_trace(name, 0),
    };

    for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i] != ERR_HANDLE)
            return true;
    return false;
}

/* Slot 0 of its table has a handle; no name that ends in 0 finds it. */
static void
role_names(void)
{
    int known = 0;

    for (handle_t generation = 0; generation < 20; generation++)
        known += name_is_known(HANDLE_NAME(generation, 0));
    /* The table has 64 slots: these end in the same place. */
    for (handle_t index = 64; index < 65536; index *= 2)
        known += name_is_known(index);
    known += name_is_known(UINT64_MAX << HANDLE_INDEX_BITS);
    exit(known);
}

static const struct {
    const char *name;
    void (*play)(void);
} roles[] = {
    {"load", role_load},
    {"load-twice", role_load_twice},
    {"store", role_store},
    {"fetch", role_fetch},
    {"breakpoint", role_breakpoint},
    {"skip", role_skip},
    {"registers", role_registers},
    {"pair", role_pair},
    {"late", role_late},
    {"hold", role_hold},
    {"hold-and-exit", role_hold_and_exit},
    {"send", role_send},
    {"names", role_names},
};

int
main(int argc, char **argv)
{
    for (unsigned i = 0; argc > 1 && i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(argv[1], roles[i].name) == 0)
            roles[i].play();
    return 0;
}

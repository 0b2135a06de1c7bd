/* SPDX-License-Identifier: MIT */
/* One party of a conversation that ends badly. The first argument is its role.
 *
 * Grants: "port", the endpoint of the conversation; "self". */
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdlib.h>
#include <string.h>

static handle_t port;

static void
role_spin(void)
{
    for (;;)
        __asm__ volatile("");
}

static void
role_receive(void)
{
    struct message m;

    exit(sys_endpoint_recv(port, 0, &m));
}

static void
role_send(void)
{
    struct message m = {.header = 1};

    exit(sys_endpoint_send(port, &m));
}

static void
role_call(void)
{
    struct message m = {.header = 2, .words = {1, 2, 3, 4, 5}};

    exit(sys_endpoint_call(port, &m));
}

/* Receives calls and never answers; waits for more. */
static void
role_hold(void)
{
    struct message m;

    while (sys_endpoint_recv(port, 0, &m) == OK)
        ;
}

/* Receives one call, then faults with the caller waiting. */
static void
role_hold_and_fault(void)
{
    struct message m;

    (void)!sys_endpoint_recv(port, 0, &m);
    *(volatile int *)0 = 1;
}

/* Receives one call and exits. */
static void
role_hold_and_exit(void)
{
    struct message m;

    (void)!sys_endpoint_recv(port, 0, &m);
}

/* Makes all that it can pay for, and a grandchild, then spins. */
static void
role_hoard(void)
{
    handle_t self = startup_handle("self"), handle;

    (void)!sys_process_create(self, 8, 16, 1, process_name("grandchild"),
                              &handle);
    for (unsigned i = 0; i < 8; i++)
        (void)!sys_endpoint_create(self, &handle);
    while (sys_memory_create(self, 2, &handle) == OK)
        ;
    role_spin();
}

static void
role_load(void)
{
    (void)*(volatile uint64_t *)UINT64_C(0x30000000);
}

static void
role_store(void)
{
    *(volatile char *)(uintptr_t)role_load = 0; /* text is not writable */
}

static void
role_fetch(void)
{
    static char data[16];

    ((void (*)(void))(uintptr_t)data)(); /* data is not executable */
}

static void
role_kernel(void)
{
    (void)*(volatile uint64_t *)UINT64_C(0xffffffc080201000);
}

static void
role_privileged(void)
{
    __asm__ volatile("csrr t0, sstatus" ::: "t0");
}

/* Floating point is off: its registers belong to nobody. */
static void
role_float(void)
{
    __asm__ volatile(".4byte 0x00000053"); /* fadd.s f0, f0, f0 */
}

static void
role_breakpoint(void)
{
    __asm__ volatile("ebreak");
}

static void
role_stack(void)
{
    __asm__ volatile("li sp, 64\nsd zero, 0(sp)");
}

static const struct {
    const char *name;
    void (*play)(void);
} roles[] = {
    {"spin", role_spin},
    {"receive", role_receive},
    {"send", role_send},
    {"call", role_call},
    {"hold", role_hold},
    {"hold-and-fault", role_hold_and_fault},
    {"hold-and-exit", role_hold_and_exit},
    {"hoard", role_hoard},
    {"load", role_load},
    {"store", role_store},
    {"fetch", role_fetch},
    {"kernel", role_kernel},
    {"privileged", role_privileged},
    {"float", role_float},
    {"breakpoint", role_breakpoint},
    {"stack", role_stack},
};

int
main(int argc, char **argv)
{
    port = startup_handle("port");
    for (unsigned i = 0; argc > 1 && i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(argv[1], roles[i].name) == 0)
            roles[i].play();
    return 0;
}

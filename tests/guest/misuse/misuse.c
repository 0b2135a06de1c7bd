/* SPDX-License-Identifier: MIT */
/* Misuses every system call in every way that rows.h lists.
 *
 * After each row: the error is the documented one, the frames of this process
 * are all there, and a bystander (victim.c) still answers. One line a row:
 *
 *     row CALL ERROR ok            or what was seen instead
 *
 * The frames are counted without any help of the kernel's: a new process can
 * be given exactly as many frames as this one has left, and not one more. */
#include "rows.h"

#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/thread.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FIBRE_STACK_BYTES = 2048,
    PRIORITY_LOW = 1,
    PRIORITY_LENDER = 33,
    CHILD_FRAMES = 40,
};

static uint64_t prepared[CHOICES];
static handle_t bystander;
static unsigned failures;

/* A call that must work, or the test cannot go on. */
static void
must(err_t error, const char *what)
{
    if (error == OK)
        return;
    printf("misuse cannot go on: %s: %s\n", what, error_text(error));
    (void)!sys_machine_power_off(startup_handle("machine"), EXIT_FAILURE);
    exit(EXIT_FAILURE);
}

/* Makes call `number` with these registers; `*result` is a1 afterwards. */
static err_t
raw_call(uint64_t number, const uint64_t a[ROW_ARGUMENTS], token_t token,
         uint64_t *result)
{
    register uint64_t a0 __asm__("a0") = a[0];
    register uint64_t a1 __asm__("a1") = a[1];
    register uint64_t a2 __asm__("a2") = a[2];
    register uint64_t a3 __asm__("a3") = a[3];
    register uint64_t a4 __asm__("a4") = a[4];
    register uint64_t a5 __asm__("a5") = a[5];
    register uint64_t a6 __asm__("a6") = a[6];
    register uint64_t a7 __asm__("a7") = number;
    register uint64_t t0 __asm__("t0") = token;
    register uint64_t t1 __asm__("t1") = a[7];
    register uint64_t t2 __asm__("t2") = a[8];

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4),
                       "+r"(a5), "+r"(a6), "+r"(t0), "+r"(t1), "+r"(t2)
                     : "r"(a7)
                     : "memory");
    *result = a1;
    return (err_t)a0;
}

/* Whether a process with `frames` frames can be made now. */
static bool
has_frames(uint64_t frames)
{
    handle_t process;
    err_t error = sys_process_create(prepared[SELF], frames, PROCESS_SLOTS_MIN,
                                     0, process_name("probe"), &process);

    if (error == OK) {
        must(sys_process_kill(process, 0), "kill the probe");
        while (sys_process_kill(process, 0) == OK)
            sys_thread_yield();
    }
    return error == OK;
}

/* The frames left to this process. */
static uint64_t
frames_left(void)
{
    uint64_t low = 4, high = boot_information.frames + 1;

    while (high - low > 1) { /* low can be had, high cannot */
        uint64_t middle = low + (high - low) / 2;
        if (has_frames(middle))
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void
wait_for_ever(void *port)
{
    struct message m;

    (void)!sys_endpoint_recv(*(handle_t *)port, 0, &m);
}

static handle_t
copy(handle_t source, rights_t rights)
{
    handle_t result;

    must(sys_handle_copy(source, prepared[SELF], rights, &result), "copy");
    return result;
}

static handle_t
child(uint64_t frames, uint64_t slots)
{
    handle_t result;

    must(sys_process_create(prepared[SELF], frames, slots, 40,
                            process_name("child"), &result),
         "a child");
    return result;
}

static void
prepare_processes(void)
{
    handle_t self = prepared[SELF] = startup_handle("self");
    handle_t scrap;

    prepared[CHILD] = child(CHILD_FRAMES, 16);
    prepared[CHILD_NO] = copy(prepared[CHILD], 0);
    prepared[CHILD_FULL] = child(8, 16);
    while (sys_handle_copy(self, prepared[CHILD_FULL], 0, &scrap) == OK)
        ;
    prepared[CHILD_POOR] = child(2, 16);
}

/* A process whose end takes many steps: it has a child with so many handles,
 * and its threads are stopped only when that one is gone. */
static void
prepare_dying(void)
{
    handle_t self = prepared[SELF], heir, thread, scrap;

    prepared[CHILD_DYING] = child(CHILD_FRAMES, 16);
    must(sys_process_create(prepared[CHILD_DYING], 32, 1024, 0,
                            process_name("heir"), &heir),
         "a grandchild");
    for (unsigned i = 0; i < 1000; i++)
        must(sys_handle_copy(self, heir, 0, &scrap), "fill");
    must(sys_handle_close(heir), "close");

    /* It never runs: others are always more urgent. */
    must(
        sys_thread_create(prepared[CHILD_DYING], WINDOW, WINDOW, 0, 0, &thread),
        "a thread");
    must(sys_handle_mint(thread, self, RIGHTS_ALL, 7, &prepared[FIBRE_DYING]),
         "a badge");
}

static void
prepare_objects(void)
{
    static char stack[FIBRE_STACK_BYTES] __attribute__((aligned(16)));
    static handle_t idle_port;
    handle_t self = prepared[SELF], port;

    must(sys_endpoint_create(self, &port), "an endpoint");
    prepared[PORT] = port;
    prepared[PORT_SEND] = copy(port, ENDPOINT_SEND);
    prepared[PORT_RECV] = copy(port, ENDPOINT_RECV);
    prepared[PORT_NO] = copy(port, 0);
    must(sys_handle_mint(port, self, RIGHTS_ALL, 7, &prepared[PORT_BADGED]),
         "a badge");
    must(sys_endpoint_create(self, &port), "an endpoint");
    prepared[PORT_DEAD] = copy(port, ENDPOINT_SEND);
    must(sys_handle_close(port), "close");
    prepared[STALE] = port;

    must(sys_memory_create(self, 4, &prepared[CELLS]), "memory");
    prepared[CELLS_READ] = copy(prepared[CELLS], MEMORY_READ | RIGHT_DERIVE);
    prepared[CELLS_SOLE] = copy(prepared[CELLS], RW);
    must(sys_memory_map(self, prepared[CELLS], WINDOW_USED, 0, 2, RW), "map");

    must(sys_endpoint_create(self, &idle_port), "an endpoint");
    must(thread_start(wait_for_ever, &idle_port, stack, sizeof(stack),
                      PRIORITY_LOW, &prepared[FIBRE]),
         "a thread");
    prepared[FIBRE_NO] = copy(prepared[FIBRE], 0);
    must(sys_handle_mint(prepared[FIBRE], self, RIGHTS_ALL, 7,
                         &prepared[FIBRE_BADGED]),
         "a badge");
}

static void
prepare_machine(void)
{
    handle_t self = prepared[SELF], part;

    prepared[MACHINE] = startup_handle("machine");
    prepared[MACHINE_NO] = copy(prepared[MACHINE], 0);
    prepared[DEVICES] = startup_handle("devices");
    must(sys_memory_cut(self, prepared[DEVICES], 1, 1, &part), "a part");
    prepared[PART] = copy(part, RIGHT_DERIVE);
    prepared[IRQS] = startup_handle("irqs");
    prepared[IRQS_NO] = copy(prepared[IRQS], 0);
    must(sys_irq_create(self, prepared[IRQS], LINE_USED, &prepared[LINE]),
         "a line");
}

/* A thread that calls and waits for ever. */
struct lender {
    handle_t port;
    uint64_t flags, bytes; /* what it lends of LENT, and how */
    char stack[FIBRE_STACK_BYTES] __attribute__((aligned(16)));
};

static void
lender_run(void *argument)
{
    const struct lender *lender = argument;
    struct message m = {.header = lender->flags};

    (void)!sys_endpoint_call_lend(lender->port, &m, (const void *)LENT,
                                  lender->bytes);
}

/* The token of a new one. */
static token_t
lender_start(struct lender *lender, uint64_t flags, uint64_t bytes)
{
    struct message m;
    handle_t thread;

    must(sys_endpoint_create(prepared[SELF], &lender->port), "an endpoint");
    lender->flags = flags;
    lender->bytes = bytes;
    must(thread_start(lender_run, lender, lender->stack, sizeof(lender->stack),
                      PRIORITY_LENDER, &thread),
         "a lender");
    must(sys_endpoint_recv(lender->port, 0, &m), "its call");
    return m.token;
}

static void
prepare_lenders(void)
{
    static struct lender lenders[3];
    handle_t self = prepared[SELF];

    must(sys_memory_map(self, prepared[CELLS], LENT, 2, 1, RW), "map");
    must(sys_memory_map(self, prepared[CELLS], LENT_READ, 3, 1, MEMORY_READ),
         "map");
    prepared[READABLE] =
        lender_start(&lenders[0], MESSAGE_LEASE_READ, LENT_BYTES);
    prepared[WRITABLE] =
        lender_start(&lenders[1], MESSAGE_LEASE_WRITE, LENT_BYTES);
    prepared[LENDLESS] = lender_start(&lenders[2], 0, 0);
}

/* From here on slot 0 of this program's table is in use; names of it must be
 * refused all the same. Nobody receives, so a fault would still end it. */
static void
prepare_fault_handle(void)
{
    handle_t port, sender;

    must(sys_endpoint_create(prepared[SELF], &port), "an endpoint");
    sender = copy(port, ENDPOINT_SEND | RIGHT_DERIVE);
    must(sys_handle_close(port), "close");
    must(sys_process_supervise(prepared[SELF], sender), "supervise");
}

static void
prepare_bystander(void)
{
    handle_t port;
    struct spawned spawned;

    must(sys_endpoint_create(prepared[SELF], &port), "an endpoint");
    const struct spawn_grant grant = {"port", port, ENDPOINT_RECV, 0};
    struct spawn_request request = {
        .name = "victim", .grants = &grant, .grant_count = 1, .priority = 40};
    request.image = boot_file("victim", &request.image_bytes);
    must(spawn_process(&request, &spawned), "the victim");
    bystander = copy(port, ENDPOINT_SEND);
}

/* Whether the bystander still does its work. */
static bool
bystander_is_well(uint64_t number)
{
    struct message m = {.header = 1, .words = {number, ~number, 3, 4, 5}};

    return sys_endpoint_call(bystander, &m) == OK && m.words[0] == number + 1 &&
           m.words[1] == ~number + 1 && m.words[4] == 6;
}

static const char *
row_name(const struct row *row)
{
    const uint64_t known = sizeof(call_names) / sizeof(call_names[0]);

    if (row->number < known && call_names[row->number])
        return call_names[row->number];
    return "unknown";
}

static void
row_try(const struct row *row, uint64_t frames)
{
    uint64_t a[ROW_ARGUMENTS], result;
    err_t error;

    for (unsigned i = 0; i < ROW_ARGUMENTS; i++)
        a[i] = (row->a[i] & ~UINT64_C(0xff)) == HANDLE_MARK
                   ? prepared[row->a[i] & 0xff]
                   : row->a[i];
    error = raw_call(row->number, a, row->token, &result);
    if (error != row->error) {
        printf("row %s %s FAILED: got %s\n", row_name(row),
               error_name(row->error), error_name(error));
        failures++;
        return;
    }
    if (!bystander_is_well((uint64_t)error << 32 | row->number)) {
        printf("row %s %s FAILED: the bystander does not answer\n",
               row_name(row), error_name(row->error));
        failures++;
    }
    /* The dying child gives its frames back some time. */
    if (frames && (!has_frames(frames) || has_frames(frames + 1))) {
        printf("row %s %s FAILED: frames were lost or found\n", row_name(row),
               error_name(row->error));
        failures++;
    }
    printf("row %s %s ok\n", row_name(row), error_name(row->error));
}

static bool
needs_full(const struct row *row)
{
    return row->error == ERR_FULL && row->a[1] != H(CHILD_FULL);
}

/* The rows that want this program's own table full. The frames are counted
 * afterwards, for that needs a slot. */
static void
rows_try_full(uint64_t frames)
{
    static handle_t scraps[256];
    unsigned count = 0;

    while (sys_handle_copy(prepared[SELF], prepared[SELF], 0, &scraps[count]) ==
           OK)
        count++;
    for (unsigned i = 0; i < ROW_COUNT; i++)
        if (needs_full(&rows[i]))
            row_try(&rows[i], 0);
    while (count > 0)
        must(sys_handle_close(scraps[--count]), "close");
    if (!has_frames(frames) || has_frames(frames + 1)) {
        printf("row any ERR_FULL FAILED: frames were lost or found\n");
        failures++;
    }
}

static bool
needs_dying(const struct row *row)
{
    return row->error == ERR_DEAD && row->a[0] != H(PORT_DEAD);
}

int
main(void)
{
    uint64_t frames;

    prepare_processes();
    prepare_objects();
    prepare_machine();
    prepare_bystander();
    prepare_lenders();
    prepare_fault_handle();
    prepare_dying();

    /* While the end of that child is under way; the calls must not idle. */
    must(sys_process_kill(prepared[CHILD_DYING], 0), "kill");
    for (unsigned i = 0; i < ROW_COUNT; i++)
        if (needs_dying(&rows[i]))
            row_try(&rows[i], 0);
    while (sys_process_kill(prepared[CHILD_DYING], 0) == OK)
        sys_thread_yield();

    frames = frames_left();
    rows_try_full(frames);
    for (unsigned i = 0; i < ROW_COUNT; i++)
        if (!needs_dying(&rows[i]) && !needs_full(&rows[i]))
            row_try(&rows[i], frames);
    printf("misuse %u rows, %u failures\n", (unsigned)ROW_COUNT, failures);
    test_end();
}

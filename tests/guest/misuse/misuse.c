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

enum { FIBRE_STACK_BYTES = 2048, PRIORITY_LOW = 1, CHILD_FRAMES = 40 };

static handle_t handles[CHOICES];
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

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4),
                       "+r"(a5), "+r"(a6), "+r"(t0)
                     : "r"(a7)
                     : "t1", "t2", "memory");
    *result = a1;
    return (err_t)a0;
}

/* Whether a process with `frames` frames can be made now. */
static bool
has_frames(uint64_t frames)
{
    handle_t process;
    err_t error = sys_process_create(handles[SELF], frames, PROCESS_SLOTS_MIN,
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

    must(sys_handle_copy(source, handles[SELF], rights, &result), "copy");
    return result;
}

static handle_t
child(uint64_t frames, uint64_t slots)
{
    handle_t result;

    must(sys_process_create(handles[SELF], frames, slots, 40,
                            process_name("child"), &result),
         "a child");
    return result;
}

static void
prepare_processes(void)
{
    handle_t self = handles[SELF] = startup_handle("self");
    handle_t scrap;

    handles[CHILD] = child(CHILD_FRAMES, 16);
    handles[CHILD_NO] = copy(handles[CHILD], 0);
    handles[CHILD_FULL] = child(8, 16);
    while (sys_handle_copy(self, handles[CHILD_FULL], 0, &scrap) == OK)
        ;
    handles[CHILD_POOR] = child(2, 16);

    /* So many handles that its end takes more than one step. */
    handles[CHILD_DYING] = child(32, 1024);
    for (unsigned i = 0; i < 1000; i++)
        must(sys_handle_copy(self, handles[CHILD_DYING], 0, &scrap), "fill");
}

static void
prepare_objects(void)
{
    static char stack[FIBRE_STACK_BYTES] __attribute__((aligned(16)));
    static handle_t idle_port;
    handle_t self = handles[SELF], port;

    must(sys_endpoint_create(self, &port), "an endpoint");
    handles[PORT] = port;
    handles[PORT_SEND] = copy(port, ENDPOINT_SEND);
    handles[PORT_RECV] = copy(port, ENDPOINT_RECV);
    handles[PORT_NO] = copy(port, 0);
    must(sys_handle_mint(port, self, RIGHTS_ALL, 7, &handles[PORT_BADGED]),
         "a badge");
    must(sys_endpoint_create(self, &port), "an endpoint");
    handles[PORT_DEAD] = copy(port, ENDPOINT_SEND);
    must(sys_handle_close(port), "close");
    handles[STALE] = port;

    must(sys_memory_create(self, 4, &handles[CELLS]), "memory");
    handles[CELLS_READ] = copy(handles[CELLS], MEMORY_READ | RIGHT_DERIVE);
    handles[CELLS_SOLE] = copy(handles[CELLS], RW);
    must(sys_memory_map(self, handles[CELLS], WINDOW_USED, 0, 2, RW), "map");

    must(sys_endpoint_create(self, &idle_port), "an endpoint");
    must(thread_start(wait_for_ever, &idle_port, stack, sizeof(stack),
                      PRIORITY_LOW, &handles[FIBRE]),
         "a thread");
    handles[MACHINE] = startup_handle("machine");
    handles[MACHINE_NO] = copy(handles[MACHINE], 0);
}

static void
prepare_bystander(void)
{
    handle_t port;
    struct spawned spawned;

    must(sys_endpoint_create(handles[SELF], &port), "an endpoint");
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
                   ? handles[row->a[i] & 0xff]
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
    prepare_bystander();

    /* While the end of that child is under way; the calls must not idle. */
    must(sys_process_kill(handles[CHILD_DYING], 0), "kill");
    for (unsigned i = 0; i < ROW_COUNT; i++)
        if (needs_dying(&rows[i]))
            row_try(&rows[i], 0);
    while (sys_process_kill(handles[CHILD_DYING], 0) == OK)
        sys_thread_yield();

    frames = frames_left();
    for (unsigned i = 0; i < ROW_COUNT; i++)
        if (!needs_dying(&rows[i]))
            row_try(&rows[i], frames);
    printf("misuse %u rows, %u failures\n", (unsigned)ROW_COUNT, failures);
    test_end();
}

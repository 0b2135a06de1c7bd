/* SPDX-License-Identifier: MIT */
/* Tries the user library out: one line a check, "ok NAME" or "FAILED NAME".
 * The machine is switched off with the number of failures as its status.
 *
 * Parameters: nonce=8 digits, number=0x1234, text=here. */
#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/thread.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PRIORITY = 32,
    THREADS = 2,
    TURNS = 200,
    CHILD_BADGE = 77,
    FAILING_SPAWNS = 1000
};

static unsigned failures;

static void
check(const char *name, bool is_right)
{
    printf("%s %s\n", is_right ? "ok" : "FAILED", name);
    failures += !is_right;
}

/* ---------------------------------------------------------- the C library */

static void
memory_check(void)
{
    enum { BLOCKS = 40, BLOCK_BYTES = 9000 };
    char *blocks[BLOCKS];
    bool is_right = true;

    for (unsigned i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(BLOCK_BYTES);
        if (!blocks[i])
            break;
        memset(blocks[i], (int)i, BLOCK_BYTES);
    }
    for (unsigned i = 0; i < BLOCKS; i++) {
        is_right = is_right && blocks[i] && blocks[i][0] == (char)i &&
                   blocks[i][BLOCK_BYTES - 1] == (char)i;
        free(blocks[i]);
    }
    check("malloc and free", is_right);

    char *one = sbrk(0);
    check("sbrk",
          sbrk(100) == one && sbrk(-100) == one + 100 && sbrk(0) == one);
    errno = 0;
    check("sbrk below the program",
          sbrk(-0x10000000) == (void *)-1 && errno == EINVAL);
}

static void
output_check(void)
{
    char text[32];

    snprintf(text, sizeof(text), "%ld %#lx %5s|", -5L, 0xdeadbeefcafeUL, "ab");
    check("printf", strcmp(text, "-5 0xdeadbeefcafe    ab|") == 0);
    printf("a line of more than forty characters comes out in pieces\n");
    check("write", write(STDOUT_FILENO, "raw\n", 4) == 4);
    errno = 0;
    check("write to no file", write(7, "raw", 3) == -1 && errno == EBADF);
    check("end of input", getchar() == EOF);
}

/* ---------------------------------------------------------------- threads */

/* Each thread counts its turns in errno, which nobody else may touch. */
static struct turns {
    char stack[4096];
    int seen;
    volatile bool is_done;
} turns[THREADS];

static void
turns_run(void *argument)
{
    struct turns *t = argument;

    for (int i = 0; i < TURNS; i++) {
        void *block = malloc(100);

        errno = i;
        sys_thread_yield();
        t->seen += errno == i;
        free(block);
    }
    t->is_done = true;
}

static void
threads_check(void)
{
    bool is_right = true;

    errno = 4711;
    for (unsigned i = 0; i < THREADS; i++) {
        handle_t thread;

        is_right =
            is_right &&
            thread_start(turns_run, &turns[i], turns[i].stack,
                         sizeof(turns[i].stack), PRIORITY, &thread) == OK &&
            sys_handle_close(thread) == OK;
    }
    for (unsigned i = 0; i < THREADS && is_right; i++)
        while (!turns[i].is_done)
            sys_thread_yield();
    for (unsigned i = 0; i < THREADS; i++)
        is_right = is_right && turns[i].seen == TURNS;
    check("threads have variables of their own", is_right && errno == 4711);

    handle_t none;
    check("a stack that is too small",
          thread_start(turns_run, NULL, turns[0].stack, 512, PRIORITY, &none) ==
              ERR_ARGUMENT);
}

/* ------------------------------------------------------------------ spawn */

/* The child's call {argc, sum of its arguments, status of its own checks}
 * comes with its badge and is answered; then the child is gone. */
static void
child_check(void)
{
    const char *const arguments[] = {"3", "text=a b", "39", NULL};
    handle_t self = startup_handle("self");
    handle_t service;
    struct spawned child;
    struct message m = {0};

    check("an endpoint", sys_endpoint_create(self, &service) == OK);

    const struct spawn_grant grants[] = {
        {"machine", startup_handle("machine"), MACHINE_LOG, 0},
        {"parent", service, ENDPOINT_SEND, CHILD_BADGE},
    };
    struct spawn_request request = {
        .name = "child",
        .arguments = arguments,
        .grants = grants,
        .grant_count = 2,
        .priority = PRIORITY,
    };

    request.image = boot_file("child", &request.image_bytes);
    check("spawn", spawn_process(&request, &child) == OK);
    check("the child calls", sys_endpoint_recv(service, 0, &m) == OK &&
                                 m.badge == CHILD_BADGE && m.words[0] == 4 &&
                                 m.words[1] == 42 && m.words[2] == 0);
    m.words[0] = 5;
    check("it is answered", sys_endpoint_reply(&m) == OK);
    check("it calls again",
          sys_endpoint_recv(service, 0, &m) == OK && m.words[0] == 6);
    check("it is killed", sys_process_kill(child.process, 0) == OK);
    check("its token is dead", sys_endpoint_reply(&m) == ERR_TOKEN);
    check("handles are closed", sys_handle_close(service) == OK);
}

/* Spawning fails in every step and leaves nothing behind: if it lost a single
 * frame each time, the last process would get fewer than it asks for. */
static void
spawn_error_check(void)
{
    const struct spawn_grant wrong = {"wrong", 12345, ENDPOINT_SEND, 0};
    const struct spawn_grant long_name = {"a name too long for it", 1, 0, 0};
    struct spawn_request request = {.name = "child", .priority = PRIORITY};
    struct spawned child;
    bool is_right = true;

    request.image = boot_file("child", &request.image_bytes);
    for (unsigned i = 0; i < FAILING_SPAWNS; i++) {
        request.frames = 1 + i % 40; /* mostly too few */
        request.grants = i % 2 ? &wrong : &long_name;
        request.grant_count = 1;
        is_right = is_right && spawn_process(&request, &child) != OK &&
                   child.process == HANDLE_NONE && child.problem != NULL;
    }
    check("spawn fails cleanly", is_right);

    handle_t self = startup_handle("self");
    handle_t big = HANDLE_NONE;
    err_t error = ERR_QUOTA;

    /* Processes end step by step, whenever the kernel chooses a thread. */
    for (unsigned i = 0; i < 100 * FAILING_SPAWNS && error != OK; i++) {
        sys_thread_yield();
        error = sys_process_create(
            self, boot_information.frames - FAILING_SPAWNS, PROCESS_SLOTS_MIN,
            PRIORITY, process_name("big"), &big);
    }
    check("no frame is lost", error == OK && sys_process_kill(big, 0) == OK);

    request.grant_count = 0;
    request.image_bytes = 100;
    check("spawn of half a file",
          spawn_process(&request, &child) == ERR_ARGUMENT);
    printf("its problem: %s\n", child.problem);
}

/* -------------------------------------------------------------- inspection */

/* Looks for a thread with an id that is too high. */
static void
inspection_check(void)
{
    static const struct inspection none;
    struct inspection found;

    memset(&found, 0xff, sizeof(found));
    check("inspection of nobody",
          sys_machine_inspect(startup_handle("machine"), UINT64_MAX, 1,
                              &found) == OK &&
              memcmp(&found, &none, sizeof(found)) == 0);
}

/* ------------------------------------------------------------------- tests */

static void
test_check(void)
{
    uint64_t state = 0x5a17;
    const char *text = startup_argument("text");

    check("a parameter", test_parameter("number", 1) == 0x1234);
    check("a parameter not given", test_parameter("other", 9) == 9);
    check("a text", text && strcmp(text, "here") == 0);
    check("random numbers", test_random(&state) != test_random(&state));
    test_record("%s", "");
    test_record("%s", "short");
    test_record("exactly twenty-five char%c", 's');
    test_record("%s %d %s", "a record that needs", 3,
                "pieces because of its length");
}

int
main(int argc, char **argv)
{
    check("arguments", argc >= 1 && strcmp(argv[0], "init") == 0);
    check("error text", strcmp(error_name(ERR_DEAD), "ERR_DEAD") == 0 &&
                            strcmp(error_text(12345), "unknown error") == 0);
    memory_check();
    output_check();
    threads_check();
    child_check();
    spawn_error_check();
    inspection_check();
    test_check();
    printf("failures: %u\n", failures);
    (void)!sys_machine_power_off(startup_handle("machine"), failures);
    return EXIT_FAILURE;
}

/* SPDX-License-Identifier: MIT */
/* Starts a thousand processes, real programs each with its own pages, and lets
 * each answer one message. They all receive from one endpoint, and none of them
 * a second time: so a thousand different answers come from a thousand
 * processes, and they are all alive when the last one has come. Parameter:
 * processes=1000. */
#include <abi/inspect.h>
#include <lib/boot.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>

#include <stdbool.h>
#include <stdio.h>

enum { PROCESSES_MAX = 4096, FRAMES = 24, PRIORITY = 32 };

static bool has_answered[PROCESSES_MAX];

/* Starts answerer number `number`; whether it runs. */
static bool
answerer_start(unsigned number, handle_t receive)
{
    char argument[16];
    const char *const arguments[] = {argument, NULL};
    const struct spawn_grant grant = {"service", receive, ENDPOINT_RECV, 0};
    struct spawn_request request = {
        .name = "answerer",
        .arguments = arguments,
        .grants = &grant,
        .grant_count = 1,
        .frames = FRAMES,
        .slots = PROCESS_SLOTS_MIN,
        .stack_pages = 1,
        .priority = PRIORITY,
    };
    struct spawned spawned;

    snprintf(argument, sizeof(argument), "%u", number);
    request.image = boot_file("answerer", &request.image_bytes);
    if (spawn_process(&request, &spawned) != OK) {
        printf("thousand FAILED: number %u %s\n", number, spawned.problem);
        return false;
    }
    /* It lives without it, and our table is smaller than a thousand. */
    return sys_handle_close(spawned.process) == OK;
}

/* Whether an answerer that had not been heard answers. */
static bool
answer_is_new(handle_t send, unsigned limit)
{
    struct message m = {.header = 1};

    if (sys_endpoint_call(send, &m) != OK || m.words[0] >= limit ||
        has_answered[m.words[0]])
        return false;
    has_answered[m.words[0]] = true;
    return true;
}

/* Processes that live and have one thread. */
static unsigned
processes_count(void)
{
    handle_t machine = startup_handle("machine");
    struct inspection thread, process;
    unsigned count = 0;

    for (uint64_t id = 1;; id = thread.values[0] + 1) {
        if (sys_machine_inspect(machine, id, 0, &thread) != OK ||
            thread.values[0] == 0)
            return count;
        if (sys_machine_inspect(machine, thread.values[0], 1, &process) == OK &&
            process.values[0] == thread.values[1] && process.values[4] == 1 &&
            process.values[5] == 0)
            count++;
    }
}

int
main(void)
{
    unsigned processes = (unsigned)test_parameter("processes", 1000);
    handle_t endpoint;
    unsigned started = 0, answered = 0;

    if (processes > PROCESSES_MAX ||
        sys_endpoint_create(startup_handle("self"), &endpoint) != OK)
        return 1;
    while (started < processes && answerer_start(started, endpoint))
        started++;
    while (answered < started && answer_is_new(endpoint, started))
        answered++;

    struct inspection self = {{0}};
    err_t error = sys_process_inspect(startup_handle("self"), &self);

    printf("thousand started %u answered %u alive %u frames %lu\n", started,
           answered, processes_count() - 1, error == OK ? self.values[2] : 0);
    test_end();
}

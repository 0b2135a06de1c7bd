/* SPDX-License-Identifier: MIT */
/* Scenarios: a process ends, and whoever supervises it is told, when all is
 * over: what the process was given is back then, to the frame. */
#include "party.h"

#include "../party.h"

enum { BADGE = 90 };

static struct waiter waiters[1];

/* Frames that our quota has left. */
static uint64_t
frames_now(void)
{
    struct inspection seen = {{0}};

    check_error(sys_process_inspect(self, &seen), OK, "inspect");
    return seen.values[2];
}

/* A party in `role`, whose end is told through `port` with `badge`. */
static handle_t
mortal(const char *role, handle_t port, uint64_t badge, unsigned priority)
{
    const char *const arguments[] = {role, NULL};
    const struct spawn_grant grant = {"port", port,
                                      ENDPOINT_SEND | RIGHT_DERIVE, 0};
    handle_t process = party(arguments, &grant, priority);

    watch(process, port, badge);
    return process;
}

/* A process with a thread that never runs. */
static handle_t
still(handle_t port, uint64_t badge, unsigned priority)
{
    handle_t process = HANDLE_NONE, thread = HANDLE_NONE;

    check_error(sys_process_create(self, 16, 16, priority,
                                   process_name("still"), &process),
                OK, "a process");
    watch(process, port, badge);
    check_error(sys_thread_create(process, 0x1000, 0, 0, priority, &thread), OK,
                "its thread");
    close(thread);
    return process;
}

/* Each way to end. What was given is back when the notice comes, and not
 * before; a handle to the process finds nothing. */
static void
scenario_reasons(void)
{
    static const struct {
        const char *role;
        enum ended_reason reason;
        uint64_t code, address;
    } cases[] = {
        {"exit", ENDED_EXIT, 200, 0},
        {"wait", ENDED_KILLED, (uint64_t)-3, 0},
        {"load", ENDED_FAULT, 123456789, HOLE},
    };

    /* The first party and the first wait leave pages behind that stay. */
    handle_t first = port_create();

    await_end(mortal("wait", first, BADGE, LOWER));
    others_run();
    close(first);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (unsigned is_queued = 0; is_queued < 2; is_queued++) {
            handle_t port = port_create();
            uint64_t frames = frames_now();
            handle_t process = mortal(cases[i].role, port, BADGE, LOWER);
            struct message m;

            check(frames_now() < frames, "it was given nothing");
            if (cases[i].reason == ENDED_KILLED)
                check_error(sys_process_kill(process, cases[i].code), OK,
                            "kill");
            if (cases[i].reason == ENDED_FAULT) {
                check_error(sys_endpoint_recv(port, 0, &m), OK, "a fault");
                m.header = FAULT_END;
                m.words[0] = cases[i].code;
                check_error(sys_endpoint_reply(&m), OK, "its answer");
            }
            if (is_queued) {
                others_run();
                check(frames_now() < frames, "back before anyone knows");
            }
            expect_end(port, BADGE, cases[i].reason, cases[i].code,
                       cases[i].address);
            check(frames_now() == frames, "frames are not back, or too many");
            check_error(sys_process_kill(process, 0), ERR_HANDLE, "its handle");
            expect_nothing(port);
            close(port);
        }
}

/* Of another thread of ours that waits for it. */
static void
scenario_waited_for(void)
{
    handle_t port = port_create();
    handle_t process = still(port, BADGE, 0);
    const struct message *m = &waiters[0].message;

    waiters[0].kind = WAIT_RECV;
    waiters[0].handle = port;
    waiter_start(&waiters[0]);
    check_error(sys_process_kill(process, 5), OK, "kill");
    others_run();
    waiter_check(&waiters[0], OK, "who waited");
    check(m->header == MESSAGE_ENDED && m->token == 0 && m->badge == BADGE &&
              m->words[0] == ENDED_KILLED && m->words[1] == 5,
          "what it was told");
    close(port);
}

/* Several wait like senders, the urgent ones in front. */
static void
scenario_several(void)
{
    static const unsigned priorities[] = {20, 28, 24, 28, 20};
    static const unsigned order[] = {1, 3, 2, 0, 4};
    enum { COUNT = sizeof(order) / sizeof(order[0]) };
    handle_t port = port_create();
    handle_t processes[COUNT];

    for (unsigned i = 0; i < COUNT; i++)
        processes[i] = still(port, i + 1, priorities[i]);
    for (unsigned i = 0; i < COUNT; i++)
        check_error(sys_process_kill(processes[i], i), OK, "kill");
    others_run();
    for (unsigned i = 0; i < COUNT; i++)
        expect_end(port, order[i] + 1, ENDED_KILLED, order[i], 0);
    expect_nothing(port);
    close(port);
}

/* The endpoint goes, with the last handle that can receive or with who paid
 * for it, while a notice waits there: nothing is kept. */
static void
scenario_endpoint_goes(void)
{
    for (unsigned is_retired = 0; is_retired < 2; is_retired++) {
        uint64_t frames = frames_now();
        handle_t payer = HANDLE_NONE, port = HANDLE_NONE, keeper;

        check_error(
            sys_process_create(self, 16, 16, 0, process_name("payer"), &payer),
            OK, "a payer");
        check_error(sys_endpoint_create(payer, &port), OK, "its endpoint");
        keeper = copy(port, ENDPOINT_SEND);
        for (unsigned i = 0; i < 3; i++)
            check_error(sys_process_kill(still(port, BADGE, 0), 0), OK, "kill");
        others_run();
        if (!is_retired) {
            close(port);
            others_run();
            close(keeper);
        }
        check_error(sys_process_kill(payer, 0), OK, "kill");
        await_end(payer);
        others_run();
        check(frames_now() == frames, "frames were lost");
    }
}

/* Who created the dead process ends while the notice waits. What it was given
 * is its creator's, so the notice goes too; that of the creator comes. */
static void
scenario_creator_ends(void)
{
    static const char *const roles[] = {"parent", "deaf"};

    for (unsigned i = 0; i < 2; i++) {
        handle_t port = port_create();
        uint64_t frames = frames_now();
        handle_t parent = mortal(roles[i], port, BADGE, LOWER);

        others_run();
        check_error(sys_process_kill(parent, 6), OK, "kill");
        expect_end(port, BADGE, ENDED_KILLED, 6, 0);
        check(frames_now() == frames, "frames were lost");
        expect_nothing(port);
        close(port);
    }
}

/* A process that never had a thread could not do anything, nor can it fail to:
 * it ends silently. */
static void
scenario_silent(void)
{
    handle_t port = port_create(), process = HANDLE_NONE;
    uint64_t frames = frames_now();

    for (unsigned i = 0; i < 3; i++) {
        check_error(sys_process_create(self, 16, 16, 0, process_name("empty"),
                                       &process),
                    OK, "a process");
        watch(process, port, BADGE);
        check_error(sys_process_kill(process, 0), OK, "kill");
        await_end(process);
        others_run();
        check(frames_now() == frames, "frames were lost");
        expect_nothing(port);
    }
    /* Nothing of it is left among what hangs on our handle. */
    check_error(sys_handle_revoke(port), OK, "revoke");
    close(port);
}

/* The creator ends: the child's end is told first, and why. */
static void
scenario_creator(void)
{
    handle_t port = port_create();
    uint64_t frames = frames_now();
    handle_t parent = mortal("idle-parent", port, BADGE, LOWER);

    others_run();
    check_error(sys_process_kill(parent, 7), OK, "kill");
    expect_end(port, LEAF_BADGE, ENDED_CREATOR, 0, 0);
    expect_end(port, BADGE, ENDED_KILLED, 7, 0);
    check(frames_now() == frames, "frames were lost");
    close(port);
}

/* Three levels: the one in the middle is told of the lowest, and ends so. */
static void
scenario_levels(void)
{
    handle_t port = port_create();

    mortal("supervisor", port, BADGE, LOWER);
    expect_end(port, BADGE, ENDED_EXIT, LEAF_CODE, 0);
    close(port);
}

static const struct scenario scenarios[] = {
    {"reasons", scenario_reasons},
    {"waited-for", scenario_waited_for},
    {"several", scenario_several},
    {"endpoint-goes", scenario_endpoint_goes},
    {"creator-ends", scenario_creator_ends},
    {"silent", scenario_silent},
    {"creator", scenario_creator},
    {"levels", scenario_levels},
};

int
main(void)
{
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}

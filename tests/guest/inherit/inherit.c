/* SPDX-License-Identifier: MIT */
/* Scenarios: threads of ours, all less urgent than this one, call each other.
 * Each writes its letter into the story when it does something, and the story
 * tells who was given the hart when.
 *
 *     C  the client, urgent      M  somebody in the middle, ready all the time
 *     S  the server, slow        L  a caller even less urgent than that
 */
#include "../party.h"

#include <string.h>

enum { CLIENT = 28, MIDDLE = 20, SENDER = 15, SERVER = 10, LOW = 5 };
enum { BADGE = 50, ACTORS = 6, SEEN = 6, SPIN_MAX = 1000000 };

static char stacks[ACTORS][STACK_BYTES] __attribute__((aligned(16)));
static unsigned actors;

static handle_t port, other, sync;
static char story[32];
static unsigned seen[SEEN];

static void
note(char letter)
{
    size_t length = strlen(story);

    if (length + 1 < sizeof(story))
        story[length] = letter;
}

static void
check_story(const char *expected)
{
    if (strcmp(story, expected) != 0)
        printf("story %s, expected %s\n", story, expected);
    check(strcmp(story, expected) == 0, "another story");
}

static void
check_seen(unsigned place, unsigned priority, const char *what)
{
    if (seen[place] != priority)
        printf("priority %u, expected %u\n", seen[place], priority);
    check(seen[place] == priority, what);
}

/* What the kernel knows of the first thread from id `from` on. */
static struct inspection
inspect(uint64_t from)
{
    struct inspection result = {{0}};

    check_error(
        sys_machine_inspect(startup_handle("machine"), from, 0, &result), OK,
        "inspect");
    return result;
}

static unsigned
priority_of(const struct inspection *thread)
{
    return thread->values[2] >> INSPECT_PRIORITY_SHIFT & 0xff;
}

/* Of the thread that asks: there is one hart, so no other is running. */
static unsigned
priority_now(void)
{
    struct inspection thread = inspect(1);

    while (thread.values[0] && (thread.values[2] & 0xff) != INSPECT_RUNNING)
        thread = inspect(thread.values[0] + 1);
    return priority_of(&thread);
}

static void
actor_start(void (*act)(void *argument), unsigned priority)
{
    handle_t thread = HANDLE_NONE;

    check(actors < ACTORS, "too many actors");
    check_error(thread_start(act, NULL, stacks[actors++], STACK_BYTES, priority,
                             &thread),
                OK, "an actor");
    (void)!sys_handle_close(thread);
}

static void
scene_begin(void)
{
    port = port_create();
    other = port_create();
    sync = port_create();
    memset(story, 0, sizeof(story));
    memset(seen, 0, sizeof(seen));
    actors = 0;
}

/* All actors have ended, or do so now. */
static void
scene_end(void)
{
    others_run();
    close(port);
    close(other);
    close(sync);
    others_run();
}

/* An actor lets this program go on for a moment. */
static void
sync_tell(void)
{
    const struct message m = {.header = 1};

    check_error(sys_endpoint_send(sync, &m), OK, "sync");
}

static void
sync_await(void)
{
    struct message m;

    check_error(sys_endpoint_recv(sync, 0, &m), OK, "sync");
}

static void
take(handle_t from, struct message *m)
{
    check_error(sys_endpoint_recv(from, 0, m), OK, "receive");
}

static void
answer(const struct message *m)
{
    struct message reply = {.token = m->token};

    check_error(sys_endpoint_reply(&reply), OK, "reply");
}

static void
middle_act(void *argument)
{
    (void)argument;
    note('M');
}

static void
client_act(void *argument)
{
    struct message m = {.header = 'C'};

    (void)argument;
    actor_start(middle_act, MIDDLE);
    check_error(sys_endpoint_call(port, &m), OK, "the client's call");
    note('C');
}

static void
low_act(void *argument)
{
    struct message m = {.header = 'L'};

    (void)argument;
    check_error(sys_endpoint_call(port, &m), OK, "the low one's call");
    note('L');
}

/* Serves once. */
static void
server_act(void *argument)
{
    struct message m;

    (void)argument;
    take(port, &m);
    note('S');
    seen[0] = priority_now();
    sys_thread_yield();
    seen[1] = priority_now();
    answer(&m);
    note('s');
    seen[2] = priority_now();
}

/* Who is ready in the middle waits until the client is served, and no longer:
 * whether the server waited for the client or the client for the server. */
static void
scenario_loan(void)
{
    for (unsigned is_queued = 0; is_queued < 2; is_queued++) {
        scene_begin();
        actor_start(is_queued ? client_act : server_act,
                    is_queued ? CLIENT : SERVER);
        if (is_queued) {
            /* It waits before there is a server, and the middle is done. */
            others_run();
            check_story("M");
            actor_start(middle_act, MIDDLE);
            actor_start(server_act, CLIENT - 1);
        } else {
            others_run();
            actor_start(client_act, CLIENT);
        }
        others_run();
        check_story(is_queued ? "MSCsM" : "SCMs");
        check_seen(0, CLIENT, "while it serves");
        check_seen(1, CLIENT, "a yield changes nothing");
        check_seen(2, is_queued ? CLIENT - 1 : SERVER, "when it has replied");
        scene_end();
    }
}

/* A client that is less urgent than the server does not slow it down. */
static void
scenario_no_loan(void)
{
    scene_begin();
    actor_start(server_act, SERVER);
    actor_start(low_act, LOW);
    others_run();
    check_story("SsL");
    check_seen(0, SERVER, "while it serves");
    check_seen(2, SERVER, "when it has replied");
    scene_end();
}

/* Receives the client's call and leaves it waiting. */
static void
parking_act(void *argument)
{
    struct message parked, m;

    (void)argument;
    take(port, &parked);
    seen[0] = priority_now();
    check_error(sys_endpoint_recv(port, MESSAGE_NOWAIT, &m), ERR_WOULD_BLOCK,
                "nobody else");
    seen[1] = priority_now();
    sys_thread_yield();
    seen[2] = priority_now();
    take(other, &m); /* a plain message: nobody to work for */
    seen[3] = priority_now();
    sys_thread_yield();
    seen[4] = priority_now();
    answer(&parked);
    note('s');
}

static void
sender_act(void *argument)
{
    const struct message m = {.header = 'X'};

    (void)argument;
    check_error(sys_endpoint_send(other, &m), OK, "a plain message");
}

/* A caller that is left waiting lends nothing. */
static void
scenario_parked(void)
{
    scene_begin();
    actor_start(sender_act, SENDER);
    actor_start(parking_act, SERVER);
    others_run();
    actor_start(client_act, CLIENT);
    others_run();
    check_story("MCs");
    check_seen(0, CLIENT, "while it serves");
    check_seen(1, SERVER, "the next receive");
    check_seen(2, SERVER, "a yield after it");
    check_seen(3, SERVER, "a plain message");
    check_seen(4, SERVER, "a yield after that");
    scene_end();
}

/* Works for an urgent caller, then for a slow one, then for none. */
static void
dropping_act(void *argument)
{
    struct message first, second, m;

    (void)argument;
    take(port, &first);
    actor_start(middle_act, MIDDLE);
    note('S');
    take(port, &second);
    note('s');
    actor_start(middle_act, SERVER + 1);
    answer(&first);
    check_error(sys_endpoint_recv(port, MESSAGE_NOWAIT, &m), ERR_WOULD_BLOCK,
                "nobody else");
    answer(&second);
    note('e');
}

/* Who loses a loan by receiving goes on behind those who are more urgent now,
 * even if what it receives is there already. */
static void
scenario_dropped(void)
{
    scene_begin();
    actor_start(low_act, LOW);
    actor_start(low_act, CLIENT);
    others_run();
    actor_start(dropping_act, SERVER);
    others_run();
    check_story("SMsMLeL");
    scene_end();
}

/* Answers two callers, the parked one first. */
static void
two_act(void *argument)
{
    struct message first, second;

    (void)argument;
    take(port, &first);
    seen[0] = priority_now();
    take(port, &second);
    seen[1] = priority_now();
    answer(&first);
    seen[2] = priority_now();
    answer(&second);
    seen[3] = priority_now();
}

/* Only the answer to the caller that it works for ends the loan. */
static void
scenario_two(void)
{
    scene_begin();
    actor_start(two_act, SERVER);
    actor_start(low_act, LOW);
    others_run();
    actor_start(client_act, CLIENT);
    others_run();
    check_seen(0, SERVER, "for the low one");
    check_seen(1, CLIENT, "for the client");
    check_seen(2, CLIENT, "the other was answered");
    check_seen(3, SERVER, "both were answered");
    check_story("CML");
    scene_end();
}

/* Serves the low one when the client comes, then the client. */
static void
interrupted_act(void *argument)
{
    struct message m;

    (void)argument;
    take(port, &m);
    actor_start(client_act, CLIENT); /* runs now, until it waits for us */
    note('S');
    seen[0] = priority_now();
    sys_thread_yield();
    seen[1] = priority_now();
    m.header = 0;
    check_error(sys_endpoint_reply_recv(port, &m), OK, "the next");
    note('s');
    seen[2] = priority_now();
    check(m.header == 'C', "another caller");
    answer(&m);
    note('e');
    seen[3] = priority_now();
}

/* A client that has to queue raises the one that received last, which was
 * ready, and less urgent than the middle. */
static void
scenario_raised(void)
{
    scene_begin();
    actor_start(interrupted_act, SERVER);
    actor_start(low_act, LOW);
    others_run();
    check_story("SsCMeL");
    check_seen(0, CLIENT, "while the client queues");
    check_seen(1, CLIENT, "a yield meanwhile");
    check_seen(2, CLIENT, "while it serves it");
    check_seen(3, SERVER, "afterwards");
    scene_end();
}

/* Serves the low one by calling somebody else. */
static void
calling_act(void *argument)
{
    struct message m, call = {.header = 'S'};

    (void)argument;
    take(port, &m);
    check_error(sys_endpoint_call(other, &call), OK, "the server's call");
    seen[0] = priority_now();
    answer(&m);
    take(port, &m);
    answer(&m);
}

/* The one that is raised stands in a queue itself: it moves forward there. */
static void
scenario_raised_in_queue(void)
{
    struct message m;
    struct inspection server;

    scene_begin();
    actor_start(sender_act, SENDER);
    actor_start(calling_act, SERVER);
    actor_start(low_act, LOW);
    others_run();
    actor_start(client_act, CLIENT);
    others_run();
    take(other, &m);
    check(m.header == 'S', "the server is still behind");
    server = inspect(m.token & 0x3fff);
    check(priority_of(&server) == CLIENT, "its priority");
    answer(&m);
    take(other, &m);
    check(m.header == 'X', "the other sender");
    others_run();
    check_seen(0, CLIENT, "with the answer");
    check_story("MCL");
    scene_end();
}

static uint64_t holders[2];
static unsigned holder_count;

/* Receives one call and then waits, without receiving. */
static void
holding_act(void *argument)
{
    struct message m, call = {.header = 'H'};

    (void)argument;
    take(port, &m);
    check_error(sys_endpoint_call(other, &call), OK, "a holder's call");
    answer(&m);
}

/* Of several servers the last that received is raised, and no other. */
static void
scenario_last(void)
{
    struct message calls[2];
    unsigned raised = 0;

    scene_begin();
    holder_count = 0;
    actor_start(holding_act, SERVER);
    actor_start(low_act, LOW);
    others_run();
    actor_start(holding_act, SERVER);
    actor_start(low_act, LOW);
    others_run();
    for (unsigned i = 0; i < 2; i++) {
        take(other, &calls[i]);
        holders[i] = calls[i].token & 0x3fff;
    }
    actor_start(client_act, CLIENT);
    others_run();
    for (unsigned i = 0; i < 2; i++) {
        struct inspection holder = inspect(holders[i]);

        if (priority_of(&holder) == CLIENT)
            raised |= 1u << i;
        else
            check(priority_of(&holder) == SERVER, "half a raise");
    }
    check(raised == 2, "not the second one alone");
    answer(&calls[0]);
    answer(&calls[1]);
    others_run();
    take(port, &calls[0]);
    answer(&calls[0]);
    scene_end();
}

static void
chain_first_act(void *argument)
{
    struct message m, call = {.header = 'B'};

    (void)argument;
    take(port, &m);
    seen[0] = priority_now();
    check_error(sys_endpoint_call(other, &call), OK, "the second call");
    note('B');
    seen[1] = priority_now();
    answer(&m);
    seen[2] = priority_now();
}

static void
chain_second_act(void *argument)
{
    struct message m;

    (void)argument;
    take(other, &m);
    note('S');
    seen[3] = priority_now();
    answer(&m);
    note('s');
    seen[4] = priority_now();
}

/* The priority goes along a chain of calls, and back. */
static void
scenario_chain(void)
{
    scene_begin();
    actor_start(chain_first_act, SERVER);
    actor_start(chain_second_act, LOW);
    others_run();
    actor_start(client_act, CLIENT);
    others_run();
    check_story("SBCMs");
    check_seen(0, CLIENT, "the first");
    check_seen(1, CLIENT, "the first, answered");
    check_seen(2, SERVER, "the first, done");
    check_seen(3, CLIENT, "the second");
    check_seen(4, LOW, "the second, done");
    scene_end();
}

static handle_t way;
static bool is_patient;

static void
leaving_act(void *argument)
{
    struct message m = {.header = 'C'};

    (void)argument;
    check_error(sys_endpoint_call(way, &m), ERR_REVOKED, "its call");
}

static void
left_act(void *argument)
{
    struct message m;

    (void)argument;
    take(port, &m);
    sync_tell();
    seen[0] = priority_now();
    sync_tell();
    seen[1] = priority_now();
    if (is_patient)
        for (unsigned i = 0; i < SPIN_MAX && priority_now() != SERVER; i++)
            ;
    else
        sys_thread_yield();
    seen[2] = priority_now();
    answer(&m);
}

/* A client that queued goes away. The one that it raised is not told; it
 * loses what it has no reason for with its slice, or when it yields. */
static void
scenario_left(void)
{
    for (unsigned i = 0; i < 2; i++) {
        is_patient = i;
        scene_begin();
        way = copy(port, ENDPOINT_SEND);
        actor_start(left_act, SERVER);
        actor_start(low_act, LOW);
        sync_await();
        actor_start(leaving_act, CLIENT);
        sync_await();
        close(way);
        others_run();
        check_seen(0, CLIENT, "while the client queues");
        check_seen(1, CLIENT, "it is not told");
        check_seen(2, SERVER, "when its turn is over");
        scene_end();
    }
}

static handle_t
party_start(void)
{
    const char *const none[] = {NULL};
    handle_t process = party(none, NULL, CLIENT);

    watch(process, port, BADGE);
    return process;
}

/* Who only sends waits for nobody's work, so it lends nothing; nor does the
 * notice of an end, however urgent the dead were. */
static void
scenario_sender(void)
{
    static struct waiter waiter;

    for (unsigned is_notice = 0; is_notice < 2; is_notice++) {
        struct message m;

        is_patient = false;
        scene_begin();
        actor_start(left_act, SERVER);
        actor_start(low_act, LOW);
        sync_await();
        waiter.kind = WAIT_SEND;
        waiter.handle = port;
        if (is_notice)
            check_error(sys_process_kill(party_start(), 3), OK, "kill");
        else
            waiter_start(&waiter);
        sync_await();
        others_run();
        check_seen(0, SERVER, "while it queues");
        check_seen(2, SERVER, "later");
        if (is_notice) {
            expect_end(port, BADGE, ENDED_KILLED, 3, 0);
        } else {
            take(port, &m);
            check(m.header == 3 && m.token == 0, "the sender's message");
            waiter_check(&waiter, OK, "the sender");
        }
        scene_end();
    }
}

static void
pager_act(void *argument)
{
    struct message m;

    (void)argument;
    take(port, &m);
    note('S');
    seen[0] = priority_now();
    check(message_flags(&m) == MESSAGE_FAULT, "no fault");
    m = (struct message){.header = FAULT_END, .token = m.token};
    check_error(sys_endpoint_reply(&m), OK, "the answer to a fault");
    note('s');
    seen[1] = priority_now();
}

/* A fault is a call: whoever receives it works for the one who faulted. */
static void
scenario_fault(void)
{
    scene_begin();
    actor_start(pager_act, SERVER);
    others_run();
    actor_start(middle_act, MIDDLE);
    party_start();
    others_run();
    expect_end(port, BADGE, ENDED_FAULT, 0, 0x30000000);
    check_story("SMs");
    check_seen(0, CLIENT, "while it serves");
    check_seen(1, SERVER, "afterwards");
    expect_nothing(port);
    scene_end();
}

static void
busy_act(void *argument)
{
    struct message m;

    (void)argument;
    take(port, &m);
    sync_tell();
    note('S');
    seen[2] = priority_now();
    answer(&m);
    pager_act(NULL);
}

/* It raises like one, too. */
static void
scenario_fault_queued(void)
{
    scene_begin();
    actor_start(busy_act, SERVER);
    actor_start(low_act, LOW);
    sync_await();
    actor_start(middle_act, MIDDLE);
    party_start();
    others_run();
    check_seen(2, CLIENT, "while the fault waits");
    check_seen(0, CLIENT, "while it serves");
    check_seen(1, SERVER, "afterwards");
    check(story[0] == 'S', "the middle was first");
    expect_end(port, BADGE, ENDED_FAULT, 0, 0x30000000);
    scene_end();
}

static const struct scenario scenarios[] = {
    {"loan", scenario_loan},
    {"no-loan", scenario_no_loan},
    {"parked", scenario_parked},
    {"dropped", scenario_dropped},
    {"two", scenario_two},
    {"raised", scenario_raised},
    {"raised-in-queue", scenario_raised_in_queue},
    {"last", scenario_last},
    {"chain", scenario_chain},
    {"left", scenario_left},
    {"sender", scenario_sender},
    {"fault", scenario_fault},
    {"fault-queued", scenario_fault_queued},
};

int
main(void)
{
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}

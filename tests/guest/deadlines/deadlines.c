/* SPDX-License-Identifier: MIT */
/* Scenarios: threads wish to be signalled at some time, and hear of it then,
 * in the order of their times, and never of a wish that they gave up.
 *
 * With the parameter "idle=N" or "spin=N" it does nothing for so many
 * milliseconds, asleep or busy, for the host to count the interrupts. */
#include "../listener.h"

enum { SLEEPERS = 1000, SLEEPER_STACK_BYTES = 1536 };

/* A thread that waits for its deadline and nothing else. */
static struct sleeper {
    uint64_t ticks, bits; /* of its deadline */
    uint64_t heard_at;    /* ticks; 0: not yet */
    unsigned place;       /* how many heard of theirs before */
    bool is_wrong;        /* it heard something else */
    char stack[SLEEPER_STACK_BYTES] __attribute__((aligned(16)));
} sleepers[SLEEPERS];

static unsigned heard;

static void
sleeper_run(void *argument)
{
    struct sleeper *s = argument;
    struct message m;

    s->is_wrong = sys_thread_deadline(s->ticks, s->bits) != OK ||
                  sys_endpoint_recv(HANDLE_NONE, 0, &m) != OK ||
                  !is_signal(&m, s->bits);
    s->place = heard++;
    s->heard_at = clock_ticks();
}

static void
sleeper_start(struct sleeper *s, uint64_t ticks, uint64_t bits)
{
    handle_t thread = HANDLE_NONE;

    s->ticks = ticks;
    s->bits = bits;
    s->heard_at = 0;
    check_error(thread_start(sleeper_run, s, s->stack, sizeof(s->stack), URGENT,
                             &thread),
                OK, "a sleeper");
    (void)!sys_handle_close(thread);
}

static void
deadline(uint64_t ticks, uint64_t bits)
{
    check_error(sys_thread_deadline(ticks, bits), OK, "a deadline");
}

/* The time `us` microseconds from now. */
static uint64_t
in_us(uint64_t us)
{
    return clock_ticks() + clock_microseconds(us);
}

/* We wait for `bits`, which are to come at `ticks`. */
static void
expect_at(uint64_t ticks, uint64_t bits)
{
    uint64_t now;

    expect_signal(HANDLE_NONE, 0, bits, "a deadline's signal");
    now = clock_ticks();
    check(now >= ticks, "the signal came too early");
    check(now < ticks + clock_microseconds(1000), "the signal came too late");
}

/* The first `count` sleepers have heard, not too early and in order. */
static void
sleepers_check(unsigned count)
{
    static const struct sleeper *by_place[SLEEPERS];

    check(heard == count, "some sleep for ever");
    for (unsigned i = 0; i < count; i++) {
        const struct sleeper *s = &sleepers[i];
        if (s->heard_at == 0 || s->place >= count || s->is_wrong ||
            s->heard_at < s->ticks) {
            check(false, "a sleeper heard too early, or something else");
            return;
        }
        by_place[s->place] = s;
    }
    for (unsigned i = 1; i < count; i++)
        if (by_place[i - 1]->ticks > by_place[i]->ticks) {
            check(false, "the later deadline came first");
            return;
        }
}

/* Whether we are busy or wait, alone or not; and a wish for a time that has
 * passed is granted at once. */
static void
scenario_alone(void)
{
    uint64_t ticks = in_us(500);

    deadline(ticks, 4);
    expect_at(ticks, 4);
    expect_silence("heard twice");

    deadline(in_us(500), 8);
    expect_silence("heard too early");
    spin(600);
    expect_signal(HANDLE_NONE, MESSAGE_NOWAIT, 8, "while busy");

    deadline(1, 16);
    expect_signal(HANDLE_NONE, MESSAGE_NOWAIT, 16, "long past");
    ticks = clock_ticks();
    deadline(ticks, 32);
    expect_signal(HANDLE_NONE, MESSAGE_NOWAIT, 32, "just past");
    expect_silence("heard twice");
}

/* A thread has one deadline: the newest. */
static void
scenario_replaced(void)
{
    uint64_t ticks;

    deadline(in_us(2000), 1);
    ticks = in_us(200);
    deadline(ticks, 2);
    expect_at(ticks, 2);
    spin(2500);
    expect_silence("the later one still came");

    deadline(in_us(200), 1);
    ticks = in_us(1000);
    deadline(ticks, 2);
    expect_at(ticks, 2);
    expect_silence("the earlier one still came");
}

static void
scenario_cancelled(void)
{
    deadline(0, 0);
    deadline(in_us(200), 1);
    deadline(0, 1);
    deadline(0, 0);
    spin(500);
    expect_silence("a deadline that was taken away");

    /* The end of all time never comes, and is in nobody's way. */
    deadline(UINT64_MAX, 1);
    spin(200);
    expect_silence("the end of time");
    sleeper_start(&sleepers[0], in_us(200), 1);
    heard = 0;
    spin(500);
    sleepers_check(1);
    deadline(0, 0);
    check_error(sys_thread_deadline(1, 0), ERR_ARGUMENT, "no bits");
}

/* Five threads, in all orders of their times; the one we replace is ours. */
static void
scenario_order(void)
{
    static const unsigned orders[][5] = {
        {1, 2, 3, 4, 5}, {5, 4, 3, 2, 1}, {3, 1, 5, 2, 4},
        {2, 5, 1, 4, 3}, {4, 4, 1, 4, 1},
    };

    for (unsigned i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        uint64_t base = in_us(2000), step = clock_microseconds(100);

        heard = 0;
        for (unsigned n = 0; n < 5; n++)
            sleeper_start(&sleepers[n], base + step * orders[i][n], n + 1);
        check(heard == 0, "one did not wait");
        deadline(base + 6 * step, 1);
        expect_at(base + 6 * step, 1);
        sleepers_check(5);
    }
}

/* More at once than the kernel deals with in one go. */
static void
scenario_together(void)
{
    uint64_t ticks = in_us(10000);

    heard = 0;
    for (unsigned n = 0; n < 100; n++)
        sleeper_start(&sleepers[n], ticks, 1);
    check(heard == 0, "one did not wait");
    deadline(ticks + clock_microseconds(5000), 1);
    expect_signal(HANDLE_NONE, 0, 1, "our own");
    sleepers_check(100);
}

static void
scenario_many(void)
{
    uint64_t base = in_us(200000), step = clock_microseconds(10), random = 7;

    heard = 0;
    for (unsigned n = 0; n < SLEEPERS; n++)
        sleeper_start(&sleepers[n], base + test_random(&random) % 3000 * step,
                      1 + n);
    check(heard == 0, "one did not wait");
    deadline(base + 3001 * step, 1);
    expect_signal(HANDLE_NONE, 0, 1, "our own");
    sleepers_check(SLEEPERS);
}

/* A thread that is busy with a call finds its deadline's signal later. */
static struct late {
    struct waiter waiter;
    struct message heard;
    err_t result;
    bool is_done;
} late;

static void
late_run(void *argument)
{
    struct late *l = argument;

    if (sys_thread_deadline(in_us(100), 6) == OK)
        waiter_run(&l->waiter);
    l->result = sys_endpoint_recv(HANDLE_NONE, MESSAGE_NOWAIT, &l->heard);
    l->is_done = true;
}

static void
scenario_busy(void)
{
    handle_t port = port_create(), thread = HANDLE_NONE;
    struct message m;

    late.is_done = late.waiter.is_done = false;
    late.waiter.kind = WAIT_CALL;
    late.waiter.handle = port;
    check_error(thread_start(late_run, &late, late.waiter.stack, STACK_BYTES,
                             URGENT, &thread),
                OK, "a thread");
    (void)!sys_handle_close(thread);
    spin(300);
    check(!late.waiter.is_done, "its call was disturbed");
    check_error(sys_endpoint_recv(port, 0, &m), OK, "its call");
    check_error(sys_endpoint_reply(&m), OK, "the answer");
    waiter_check(&late.waiter, OK, "its call");
    check(late.is_done, "it still waits");
    check_error(late.result, OK, "its next receive");
    check(is_signal(&late.heard, 6), "its deadline's signal");
    close(port);
}

/* The more urgent sleeper interrupts us when its time comes. */
static void
scenario_urgent(void)
{
    uint64_t ticks = in_us(500);

    heard = 0;
    sleeper_start(&sleepers[0], ticks, 1);
    spin(1500);
    sleepers_check(1);
    check(sleepers[0].heard_at < ticks + clock_microseconds(200),
          "it had to wait for us");
}

static void
leave_with_deadline(void *argument)
{
    (void)argument;
    (void)!sys_thread_deadline(in_us(300), 1);
}

/* A deadline ends with its thread: who gets the record next does not hear, and
 * ours, which is later, still comes. */
static void
scenario_ended(void)
{
    static struct listener listener;
    handle_t thread = HANDLE_NONE;

    deadline(in_us(1000), 4);
    check_error(thread_start(leave_with_deadline, NULL, sleepers[0].stack,
                             SLEEPER_STACK_BYTES, URGENT, &thread),
                OK, "a thread");
    check_error(sys_handle_close(thread), ERR_HANDLE, "it has ended");
    listener_start(&listener, HANDLE_NONE, URGENT);
    spin(600);
    check(listener.count == 0, "it heard of another's deadline");
    listener_stop(&listener);
    expect_signal(HANDLE_NONE, 0, 4, "our own");
}

/* Nobody is ready: the machine sleeps, and wakes in time. */
static void
scenario_asleep(void)
{
    uint64_t ticks = in_us(250000);

    heard = 0;
    sleeper_start(&sleepers[0], in_us(100000), 1);
    deadline(ticks, 2);
    expect_at(ticks, 2);
    sleepers_check(1);
    check(sleepers[0].heard_at < sleepers[0].ticks + clock_microseconds(1000),
          "it woke too late");
}

static const struct scenario scenarios[] = {
    {"alone", scenario_alone},         {"replaced", scenario_replaced},
    {"cancelled", scenario_cancelled}, {"order", scenario_order},
    {"together", scenario_together},   {"many", scenario_many},
    {"busy", scenario_busy},           {"urgent", scenario_urgent},
    {"ended", scenario_ended},         {"asleep", scenario_asleep},
};

/* Does nothing for a while. */
_Noreturn static void
stay(uint64_t idle_ms, uint64_t spin_ms)
{
    static struct listener other;

    self = startup_handle("self");
    deadline(in_us(1), 1);
    expect_signal(HANDLE_NONE, 0, 1, "the first deadline");
    if (idle_ms > 0) {
        /* Two take turns; when both wait, nobody's turn need end. */
        listener_start(&other, HANDLE_NONE, SAME);
        sys_thread_yield();
        deadline(in_us(idle_ms * 1000), 1);
        expect_signal(HANDLE_NONE, 0, 1, "the only deadline");
    }
    spin(spin_ms * 1000);
    printf("stayed\n");
    test_end();
}

int
main(void)
{
    uint64_t idle_ms = test_parameter("idle", 0);
    uint64_t spin_ms = test_parameter("spin", 0);

    if (idle_ms > 0 || spin_ms > 0)
        stay(idle_ms, spin_ms);
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}

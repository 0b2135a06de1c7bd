/* SPDX-License-Identifier: MIT */
/* Clocks and sleeping.
 *
 * The machine counts ticks from when it was switched on, and any program may
 * read them. What time it was then, the clock server knows (proto/clock.h): it
 * is asked once. Without one it is 1970.
 *
 * How many ticks a second has is in the environment variable TIMEBASE: init,
 * which reads the device tree, gives it to services, and they to whom they
 * start. Without it, it is what QEMU's machine has.
 *
 * A program's processor time is the time since it began: it counts waiting. */
#include <lib/startup.h>
#include <lib/ticks.h>
#include <proto/clock.h>
#include <proto/names.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#define NANOSECONDS UINT64_C(1000000000)

enum { TICKS_DEFAULT = 10000000, MICROSECONDS = 1000000 };

/* The signal that ends a sleep; others of the program's are not this one. */
#define SIGNAL_SLEEP (UINT64_C(1) << 63)

static uint64_t ticks_at_start;

__attribute__((constructor)) static void
time_start(void)
{
    ticks_at_start = ticks_now();
}

static uint64_t
ticks_in_second(void)
{
    static uint64_t rate;

    if (!rate) {
        const char *text = getenv("TIMEBASE");

        rate = text ? strtoull(text, NULL, 10) : 0;
        if (!rate)
            rate = TICKS_DEFAULT;
    }
    return rate;
}

static uint64_t
nanoseconds_of(uint64_t ticks)
{
    uint64_t rate = ticks_in_second();

    return ticks / rate * NANOSECONDS + ticks % rate * NANOSECONDS / rate;
}

/* Asks the clock. False if there is none. */
static bool
clock_ask(uint64_t *nanoseconds)
{
    handle_t names = startup_handle("names");
    handle_t clock;
    size_t bytes;
    err_t error;

    if (names == HANDLE_NONE ||
        name_lookup(names, "/dev/clock", &bytes, &clock) != OK)
        return false;
    error = clock_read(clock, nanoseconds);
    (void)!sys_handle_close(clock);
    return error == OK;
}

/* Nanoseconds since 1970. */
static uint64_t
wall_clock(void)
{
    static uint64_t at_boot;
    static bool is_known;
    uint64_t now = nanoseconds_of(ticks_now());

    if (!is_known) {
        uint64_t told;

        is_known = true;
        if (clock_ask(&told) && told > now)
            at_boot = told - now;
    }
    return at_boot + now;
}

int
clock_gettime(clockid_t id, struct timespec *to)
{
    uint64_t now;

    if (id == CLOCK_REALTIME) {
        now = wall_clock();
    } else if (id == CLOCK_MONOTONIC) {
        now = nanoseconds_of(ticks_now());
    } else {
        errno = EINVAL;
        return -1;
    }
    *to = (struct timespec){(time_t)(now / NANOSECONDS),
                            (long)(now % NANOSECONDS)};
    return 0;
}

int
gettimeofday(struct timeval *to, void *zone)
{
    uint64_t now = wall_clock();

    (void)zone;
    *to = (struct timeval){
        (time_t)(now / NANOSECONDS),
        (suseconds_t)(now % NANOSECONDS / (NANOSECONDS / MICROSECONDS))};
    return 0;
}

/* In microseconds, as clock() hands it on. */
clock_t
times(struct tms *to)
{
    uint64_t now = ticks_now();

    *to = (struct tms){
        .tms_utime = (clock_t)(nanoseconds_of(now - ticks_at_start) /
                               (NANOSECONDS / MICROSECONDS)),
    };
    return (clock_t)(nanoseconds_of(now) / (NANOSECONDS / MICROSECONDS));
}

/* ----------------------------------------------------------------- sleeping */

/* Sleeps until the machine has counted to `end`. False: another signal came
 * first; which one is lost, so a program that has signals sent to it sleeps by
 * a deadline of its own. */
static bool
sleep_until(uint64_t end)
{
    struct message m;

    while (ticks_now() < end) {
        if (sys_thread_deadline(end, SIGNAL_SLEEP) != OK ||
            sys_endpoint_recv(HANDLE_NONE, 0, &m) != OK)
            return false;
        if (m.words[0] != SIGNAL_SLEEP) {
            (void)!sys_thread_deadline(0, 0);
            return false;
        }
    }
    return true;
}

int
nanosleep(const struct timespec *wanted, struct timespec *left)
{
    uint64_t rate = ticks_in_second();
    uint64_t end, now;

    if (wanted->tv_sec < 0 || wanted->tv_nsec < 0 ||
        wanted->tv_nsec >= (long)NANOSECONDS) {
        errno = EINVAL;
        return -1;
    }
    end = ticks_now() + (uint64_t)wanted->tv_sec * rate +
          ((uint64_t)wanted->tv_nsec * rate + NANOSECONDS - 1) / NANOSECONDS;
    if (sleep_until(end))
        return 0;
    now = ticks_now();
    if (left) {
        uint64_t rest = now < end ? nanoseconds_of(end - now) : 0;

        *left = (struct timespec){(time_t)(rest / NANOSECONDS),
                                  (long)(rest % NANOSECONDS)};
    }
    errno = EINTR;
    return -1;
}

int
usleep(useconds_t microseconds)
{
    struct timespec wanted = {
        (time_t)(microseconds / MICROSECONDS),
        (long)(microseconds % MICROSECONDS) *
            (long)(NANOSECONDS / MICROSECONDS),
    };

    return nanosleep(&wanted, NULL);
}

unsigned
sleep(unsigned seconds)
{
    struct timespec wanted = {(time_t)seconds, 0};
    struct timespec left = {0};

    return nanosleep(&wanted, &left) == 0 ? 0 : (unsigned)left.tv_sec + 1;
}

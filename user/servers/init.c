/* SPDX-License-Identifier: MIT */
/* The first program: starts the others, gives each the handles it needs, and
 * waits for what they have to say.
 *
 *     ping ----> relay ----> echo       an arrow is a handle to send with
 *       ^          ^           ^
 *       +--------- init -------+        REPORT_BADGE
 *
 * Each program receives from one endpoint, its "service". init keeps a handle
 * to send there and none to receive: so when the program dies, nobody is left
 * to receive, and init's question gets ERR_DEAD instead of waiting for ever.
 *
 * When all have answered, the machine is powered off; status 0 says that
 * nothing failed. */
#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/report.h>

#include <stdio.h>
#include <stdlib.h>

enum { PRIORITY = 32, GRANTS = 3 };

/* A program, and the road it sends along. The order is that of starting: a
 * program's `next` comes before it. */
static struct station {
    const char *name;
    const char *send_name; /* how it calls the handle to its next station */
    struct station *next;  /* NULL: it sends to nobody */
    const char *did;       /* for the closing report */

    handle_t service; /* all rights, until the program has its own */
    handle_t ask;     /* init's, to send with REPORT_BADGE */
    handle_t send;    /* to send without a badge; given to others */
} stations[] = {
    {.name = "echo", .did = "answered"},
    {.name = "relay",
     .did = "passed on",
     .send_name = "next",
     .next = &stations[0]},
    {.name = "ping", .did = "sent", .send_name = "echo", .next = &stations[1]},
};

enum { STATIONS = sizeof(stations) / sizeof(stations[0]) };

/* Ends the machine: without its programs init has nothing to do. */
_Noreturn static void
system_fail(const char *who, const char *problem, err_t error)
{
    printf("init   %s %s\n       (%s)\n", who, problem, error_text(error));
    (void)!sys_machine_power_off(startup_handle("machine"), EXIT_FAILURE);
    exit(EXIT_FAILURE);
}

/* Makes the station's endpoint and init's two handles to send there. */
static void
station_prepare(struct station *s)
{
    handle_t self = startup_handle("self");
    err_t error = sys_endpoint_create(self, &s->service);

    if (error == OK)
        error = sys_handle_mint(s->service, self, ENDPOINT_SEND, REPORT_BADGE,
                                &s->ask);
    if (error == OK)
        error = sys_handle_copy(s->service, self, ENDPOINT_SEND | RIGHT_DERIVE,
                                &s->send);
    if (error != OK)
        system_fail(s->name, "could not be prepared", error);
}

/* Starts the station's program and gives the receiving end away. */
static void
station_start(struct station *s)
{
    struct spawn_grant grants[GRANTS] = {
        {"machine", startup_handle("machine"), MACHINE_LOG, 0},
        {"service", s->service, ENDPOINT_RECV, 0},
    };
    struct spawn_request request = {
        .name = s->name,
        .grants = grants,
        .grant_count = 2,
        .priority = PRIORITY,
    };
    struct spawned spawned;
    err_t error;

    if (s->next)
        grants[request.grant_count++] =
            (struct spawn_grant){s->send_name, s->next->send, ENDPOINT_SEND, 0};
    request.image = boot_file(s->name, &request.image_bytes);
    error = spawn_process(&request, &spawned);
    if (error != OK)
        system_fail(s->name, spawned.problem, error);

    /* From here on only the program receives. */
    error = sys_handle_close(s->service);
    if (error != OK)
        system_fail(s->name, "still has an end with init", error);
}

/* Asks the station how it did. Returns the number of failures. */
static uint64_t
station_ask(const struct station *s)
{
    struct report report;
    err_t error = report_ask(s->ask, &report);

    if (error != OK) {
        printf("init   %-5s gave no report: %s\n", s->name, error_name(error));
        return 1;
    }
    printf("init   %-5s %-9s %lu messages\n", s->name, s->did, report.messages);
    return report.failures;
}

int
main(void)
{
    uint64_t failures = 0;

    printf("init   starts echo, relay and ping\n");
    for (size_t i = 0; i < STATIONS; i++)
        station_prepare(&stations[i]);
    for (size_t i = 0; i < STATIONS; i++)
        station_start(&stations[i]);

    /* The sender first: it answers when it is through. */
    for (size_t i = STATIONS; i-- > 0;)
        failures += station_ask(&stations[i]);

    printf("init   all done, %s\n", failures ? "with failures" : "good night");
    (void)!sys_machine_power_off(startup_handle("machine"), failures != 0);
    return EXIT_FAILURE; /* not reached while init may power off */
}
